"""Custom actions: what the assistant does. One module a skill, all built on `actions.base`."""
