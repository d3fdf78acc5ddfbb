"""Salesclerk's analytics: the shop's store and the models trained on it. Knows nothing of Rasa."""
