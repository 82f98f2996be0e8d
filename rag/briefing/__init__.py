"""From chosen articles to a briefing of checked sentences that fits its page.

outline       an article's sentences with what each does in it (pure)
shortening    what a sentence may do without (pure)
plans         the kinds of briefings, read from `kinds/*.toml`
drafting      sections of checked sentences, by plan (pure)
fitting       the least important leave until the page holds the rest (pure)
making        the steps, as events
placing       where a sentence stands that comes onto the page
editing       what a user changes, checked again (pure)
keeping       briefings and key sentences in the catalogue
"""
