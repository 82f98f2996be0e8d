"""The answering model: what is asked of one, and llama.cpp with a decode loop of our own."""
