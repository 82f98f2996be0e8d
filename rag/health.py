"""What `doctor` says of the catalogue, the originals, the models and the disk. Chinese, each with its remedy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rag.evidence.embedding import why_floats
from rag.models import ROLE_TITLES, find_model, processor_features, processor_finding, status
from rag.settings import Settings
from rag.store.catalog import Catalog, State
from rag.store.originals import Originals, digest
from rag.store.pending import Pending
from rag.types import DateBasis, Finding

FAINT: Final = 0.8  # confidence of recognised text below which it is to be compared with the page
_SCARCE: Final = 1 << 30  # bytes of free disk


def catalog_findings(catalog: Catalog) -> Iterator[Finding]:
    trouble = catalog.trouble()
    if trouble:
        said = f"资料库目录有 {len(trouble)} 处损坏（{trouble[0][:80]}）。"
        yield Finding("error", said, "请把 catalog.sqlite 改名，再打开资料库，重新导入 files 目录中的原件。")
    else:
        yield Finding("ok", f"资料库目录完好，共 {len(catalog.documents())} 份资料。")
    unfinished = len(catalog.in_state(State.UNFINISHED)) + len(Pending(catalog).files())
    if unfinished:
        said = f"有 {unfinished} 份资料没有导入完。"
        yield Finding("warning", said, "打开窗口或再次导入时会自动接着导入。")


def reading_findings(catalog: Catalog) -> Iterator[Finding]:
    """What was read with doubt, and what was not read."""
    basis = ",".join(f"'{one.value}'" for one in DateBasis if not one.certain)
    ready = "JOIN documents ON documents.id = articles.document WHERE state = 'ready'"
    ((dates,),) = catalog.rows(f"SELECT COUNT(*) FROM articles {ready} AND date_basis IN ({basis})")
    ((faint,),) = catalog.rows(
        f"SELECT COUNT(*) FROM paragraphs JOIN articles ON articles.id = article {ready} AND confidence < ?", (FAINT,)
    )
    if dates:
        said = f"有 {dates} 篇文章的日期是推断的（标着“？”）。"
        yield Finding("warning", said, "用 jianwen articles 查看依据，用 jianwen date 改正或确认。")
    if faint:
        said = f"有 {faint} 个段落由文字识别得来，且把握不足 {FAINT:.0%}。"
        yield Finding("warning", said, "引用前请对照原文页面；有更清楚的扫描件可重新导入。")
    for document in catalog.documents():
        if document.problems:
            said = f"《{document.name}》有 {len(document.problems)} 处没有读出来：{'；'.join(document.problems)[:200]}"
            yield Finding("warning", said, "其余页面可以照常检索；可换一份完好的文件重新导入。")


def original_findings(catalog: Catalog, originals: Originals) -> Iterator[Finding]:
    """Reads every original once."""
    known = {catalog.original(document) for document in catalog.in_state(State.UNFINISHED)}
    known.update(catalog.loose_files())
    known.update(file.sha256 + file.suffix for file in Pending(catalog).files())
    wrong = 0
    for document in catalog.documents():
        name = catalog.original(document.id)
        known.add(name)
        try:
            whole = digest(originals.path(name))[0] == document.sha256
        except OSError:
            whole = False
        if not whole:
            wrong += 1
            said = f"《{document.name}》保存的原件丢失或被改动：仍可检索，但看不了原文页面。"
            yield Finding("error", said, "请移除这份资料后重新导入。")
    if not wrong:
        yield Finding("ok", "保存的原件齐全，内容未被改动。")
    strays = originals.names() - known
    if strays:
        said = f"files 目录里有 {len(strays)} 个文件不属于任何资料。"
        yield Finding("warning", said, "如果需要，可重新导入 files 目录；不需要可以删除它们。")


def model_findings(settings: Settings) -> Iterator[Finding]:
    for model in status(settings):
        title = f"{ROLE_TITLES[model.role]} {model.name}"
        if model.whole:
            yield Finding("ok", f"{title} 已就位。")
            folder = find_model(model.name) if model.role == "embedding" else None
            if folder and (reason := why_floats(folder)):
                said = f"{title} 只能按浮点数计算，导入约慢一倍：{reason}。"
                yield Finding("warning", said, "照常可用；想更快可换默认模型，或别的 BERT 类检索模型（如 bge 系列）。")
        else:
            said = model.problem or f"找不到{title}。"
            yield Finding("error", said, "请运行 jianwen models fetch 下载，或在设置中换一个模型。")
    yield processor_finding(processor_features())


def disk_findings(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    said = f"资料库所在磁盘还有 {free / (1 << 30):.1f} GB 可用。"
    if free < _SCARCE:
        yield Finding("warning", said, "请清理磁盘，或把资料库移到更大的磁盘。")
    else:
        yield Finding("ok", said)
