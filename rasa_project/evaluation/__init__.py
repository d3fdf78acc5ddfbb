"""How well the assistant understands, measured on sentences that it was not trained on.

`python -m rasa_project evaluate` measures the bot as it is served and writes a report:

sets        what is asked
asking      asks a trained bot
measures    counts over its answers
learning    trains the intent classifier on other examples than the bot's
evaluate    all of it
tables, plots, report
"""
