"""From paragraphs to articles: where one begins, its title, its day, what the user corrected, its twins. Pure."""
