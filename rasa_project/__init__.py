"""The Rasa server's half: dialogue, training data, components and channels. Python 3.10."""
