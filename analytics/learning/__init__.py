"""Learning from what was missed: questions clustered, reviewed, and answered from then on.

clusters       alike questions together, the most helpful to answer first
articles       the shop's FAQ file, edited without losing what people wrote in it
sentences      the shop's own training sentences
resolving      a reviewed cluster becomes an article, wordings of one, or training sentences
conversations  one row a conversation: what it was about and how it ended
report, plots, page
"""
