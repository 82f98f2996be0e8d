"""The program's own cross-encoder: made here, shipped in rag/judge.

examples    reading_zh.jsonl → questions with an answering window and windows that do not answer
statements  a question with its answer, or a sentence, → statements the window supports and does not support
vocabulary  the embedding model's tokenizer and embedding rows cut to what Chinese text uses
network     the encoder in torch
batches     examples → batches of token numbers, the same for the same seed
learning    the steps, with checkpoints that a stopped run goes on from
scores      ranking and answering on articles held out
shipping    a checkpoint → safetensors in 8-bit integers
"""
