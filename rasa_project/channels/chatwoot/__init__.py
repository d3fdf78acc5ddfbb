"""Chatwoot's agent-bot protocol: pending conversations are the bot's, open ones a person's."""

from rasa_project.channels.chatwoot.channel import ChatwootInput

__all__ = ["ChatwootInput"]
