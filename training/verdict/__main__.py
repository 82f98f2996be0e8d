"""Make the adapter, in two steps, of which only the second needs an accelerator and only the first the program:

    python3 -m training.verdict examples FOLDER --data reading_zh.jsonl --model MODEL.gguf
    python3 -m training.verdict learn FOLDER --model MODEL.gguf --seconds 335

FOLDER/adapter.gguf is what the program ships. The scores printed are of articles held out.
"""

from __future__ import annotations

import argparse
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(prog="training.verdict", description=__doc__)
    parser.add_argument("step", choices=("examples", "learn"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, help="reading_zh.jsonl")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=0, help="questions; 0: all")
    parser.add_argument("--seconds", type=float, default=335)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--examples", type=int, default=64, help="examples a step")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if given.step == "examples":
        _examples(given)
    else:
        _learn(given)


def _examples(given: argparse.Namespace) -> None:
    from rag.answering.prompts import NO, YES
    from rag.chat.llama_chat import LlamaChat
    from training.judge.examples import read
    from training.verdict.examples import examples, tokenised
    from training.verdict.tokens import Vocabulary

    chat = LlamaChat(given.model, 512, 0)
    made = {}
    for name, held in (("taught", False), ("held", True)):
        corpus = read(given.data, held=held, limit=given.limit)
        made[name] = tokenised(examples(corpus, seed=4), chat.prompt_tokens, chat.tokenise)
        print(
            f"{name}: {len(corpus.items)} questions, {len(made[name].kinds)} examples, {len(made[name].tokens)} tokens"
        )
    yes, no = chat.tokenise(YES)[0], chat.tokenise(NO)[0]
    vocabulary = Vocabulary.of([tokens.tokens for tokens in made.values()], (yes, no))
    for name, tokens in made.items():
        vocabulary.cut(tokens).save(given.folder / f"{name}.npz")
    vocabulary.save(given.folder / "vocabulary.json")


def _learn(given: argparse.Namespace) -> None:
    import torch

    from training.measures import auc
    from training.verdict.learning import Plan, learn, verdicts
    from training.verdict.network import Qwen2
    from training.verdict.tokens import NO, YES, Tokens, Vocabulary
    from training.verdict.weights import adapter_for, read, ship

    torch.manual_seed(4)
    vocabulary = Vocabulary.load(given.folder / "vocabulary.json")
    weights, shape = read(given.model, vocabulary.kept, given.device)
    adapter = adapter_for(weights, given.rank, 2.0 * given.rank).to(given.device)
    model = Qwen2(weights, shape, adapter)
    taught, held = (Tokens.load(given.folder / f"{name}.npz") for name in ("taught", "held"))

    steps = learn(model, taught, vocabulary, Plan(given.seconds, examples=given.examples, rate=given.rate))
    logits = verdicts(model, held, vocabulary)
    yes, no = logits[held.kinds == YES], logits[held.kinds == NO]
    print(f"{steps} steps; held out: AUC {auc(yes, no):.3f}")
    print(f"right with the line at 0: {(yes > 0).mean():.0%} of 是, {(no < 0).mean():.0%} of 否")
    ship(adapter, given.folder / "adapter.gguf")


if __name__ == "__main__":
    main()
