"""A briefing as an official page, and as files: by GB/T 9704-2012, on exactly as many pages as measured.

form         the measures and styles of the standard
characters   what one character is to a page
breaking     where a line may end, and what programs do in their own way
blocks       what is to be set
composing    a briefing as blocks
titles       a long title in lines of like length
masthead     the head and foot of a 简报
cutting      blocks and tables as lines without places
setting      lines with places, and the boxes of sentences
fonts        which font stands for which face
embedding    fonts cut down for a PDF
docx_file    the Word file; footnotes, word_table, word_xml: its parts
pdf_file     the PDF
markdown     Markdown, and rich text for the clipboard
exporting    from a briefing to a file; `PageMeasure`
"""
