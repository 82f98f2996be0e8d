"""From the lines of a page to its paragraphs: frames and cuts, columns, reading order, headlines. Pure."""
