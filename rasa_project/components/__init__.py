"""Language understanding in English and Chinese, without TensorFlow.

`config.yml` puts these components of Rasa's graph in this order:

tokenizer           words with their exact place in the text, both languages
language_detector   the entity `language`, by script
pattern_extractor   e-mails, phones, codes, quantities, money, percent, dates, ordinals, by rules
intent_classifier   what the person wants, by n-grams and a sentence encoder
span_extractor      the words that name a product or a person, by a conditional random field
person_extractor    persons in English, by spaCy, in messages that may name one

`base` holds what they share. The other modules hold what they need and know nothing of Rasa.
"""
