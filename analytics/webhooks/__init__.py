"""Webhooks both ways: the shop's systems hear of what happens here, and say what is to happen."""
