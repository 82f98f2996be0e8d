"""What a sentence claims and whether its source says so. Pure, without a model."""
