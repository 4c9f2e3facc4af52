"""From a JSON document – a message, a webhook's body – to what it says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from voc.errors import RowError
from voc.records import Channel
from voc.sources.base import Gone, Item, Reject
from voc.sources.columns import ColumnMap
from voc.sources.feedback import to_feedback
from voc.sources.identity import NO_VALUE, native_id, written
from voc.sources.jsonl import json_value
from voc.sources.names import FIELDS, by_field
from voc.sources.rows import Row
from voc.sources.values import DELETED, says_yes
from voc.text.encoding import decode

MOST_ITEMS: Final = 1_000
_SAMPLE_CHARS: Final = 800
_OWN_NAMES: Final[Mapping[str, str]] = {
    **{name: name for name in FIELDS}, "id": "native_id", DELETED: DELETED,
}  # fmt: skip


class Documents:
    """Reads documents of one source.

    Without a mapping a document is a Feedback as the contract writes it, where `deleted: true`
    says that the voice is gone. A `source` that it names is put before its id, as both together
    name the voice; one without `native_id` is named by its `id`. A document may be a list of
    voices.

    Args:
        name: Name of the source.
        channel: Where the feedback comes from, where a document does not tell.
        product: The product, where a document names none.
        mapping: Field: path, as `text: data.review.content` or `text: items.0.text`.
        items: Path of the list whose entries are voices; `None`: the document is one, or a list.
        zone: The zone of times that name none.
        max_chars: Longest text kept, in code points.
        max_bytes: Longest document that is read.

    Raises:
        UsageError: The mapping names a field that there is not.
    """

    def __init__(
        self,
        name: str,
        *,
        channel: Channel | None = None,
        product: str | None = None,
        mapping: Mapping[str, str] = MappingProxyType({}),
        items: str | None = None,
        zone: ZoneInfo,
        max_chars: int,
        max_bytes: int = 1_000_000,
    ) -> None:
        told = {field: path for field, path in by_field(mapping).items() if path}
        self._name = name
        self._channel = channel
        self._product = product
        self._is_own = not mapping
        self._paths = told or dict(_OWN_NAMES)
        self._items = items
        self._zone = zone
        self._max_chars = max_chars
        self._max_bytes = max_bytes

    def read(self, body: bytes, place: str) -> list[Item]:
        """Returns what a document says; what cannot be read is a reject, and nothing is raised.

        Args:
            body: The document: JSON in UTF-8, or in whatever encoding it is most likely in.
            place: Where it stands; a document that comes again has the same one.
        """
        if len(body) > self._max_bytes:
            reason = f"it has {len(body)} bytes; {self._max_bytes} are read at most (max_bytes)"
            return [Reject(self._name, place, reason, _sample(body))]
        found = decode(body)
        try:
            rows = list(self._rows(json_value(found.text.strip("\x00")), place))
        except RowError as error:
            return [Reject(self._name, place, error.reason, found.text[:_SAMPLE_CHARS])]
        return [self._item(values, where, found.replaced) for values, where in rows]

    def _rows(self, document: Any, place: str) -> Iterator[tuple[Any, str]]:
        rows = _at(document, self._items) if self._items is not None else document
        if self._items is None and not isinstance(document, list):
            yield document, place
            return
        at = f" at {self._items!r}" if self._items is not None else ""
        if not isinstance(rows, list):
            raise RowError(f"there is no list{at}")
        if len(rows) > MOST_ITEMS:
            raise RowError(f"the list{at} has {len(rows)} entries, over {MOST_ITEMS}")
        for number, row in enumerate(rows):
            yield row, f"{place}#{number}"

    def _item(self, values: Any, place: str, replaced: int) -> Item:
        """Reads one voice; a poisonous one becomes a reject, whatever it breaks."""
        try:
            return self.item(values, place, replaced)
        except RowError as error:
            reason = error.reason
        except Exception as error:  # noqa: BLE001 - it must not hold up what comes behind it
            reason = f"it cannot be read ({type(error).__name__})"
        sample = json.dumps(values, ensure_ascii=False, default=written)[:_SAMPLE_CHARS]
        return Reject(self._name, place, reason, sample)

    def item(self, values: Any, place: str, replaced: int = 0) -> Item:
        """Reads the values of one voice.

        Args:
            values: What stands in the document.
            place: Where.
            replaced: How many U+FFFD in the document stand for bytes that could not be read.

        Raises:
            RowError: They are none.
        """
        if not isinstance(values, Mapping):
            raise RowError(f"it is no object but {_kind_of(values)}")
        row, columns = self._row(values, place, replaced)
        name = self._named(native_id(row, columns, None), values)
        gone = self._paths.get(DELETED)
        if gone is not None and says_yes(_at(values, gone)):
            if columns["id"] is None or str(row.values.get(columns["id"])).lower() in NO_VALUE:
                raise RowError("it says that a voice is gone, but not which one (id)")
            return Gone(name)
        if columns["text"] is None and columns["turns"] is None and columns["title"] is None:
            wanted = self._paths.get("text", "text")
            raise RowError(f"it has no words: nothing stands at {wanted!r}")
        voice = to_feedback(
            row,
            columns,
            source=self._name,
            channel=self._channel,
            product=self._product,
            zone=self._zone,
            max_chars=self._max_chars,
        )
        return replace(voice, native_id=name)

    def _row(self, values: Mapping[str, Any], place: str, replaced: int) -> tuple[Row, ColumnMap]:
        """Returns the values under the paths of their fields, and the rest under its names."""
        if self._is_own and values.get("native_id") is None and "id" in values:
            values = {**values, "native_id": values["id"]}
        taken = {path.partition(".")[0] for path in self._paths.values()}
        rest = {key: value for key, value in values.items() if key not in taken}
        if self._is_own:
            more = rest.pop("extra", None)
            rest = {**more, **rest} if isinstance(more, Mapping) else rest
            rest.pop("id", None)  # its id in a store, of which native_id is the source's
        told = {field: path for field, path in self._paths.items() if field != DELETED}
        found = {path: _at(values, path) for path in told.values()}
        found = {path: value for path, value in found.items() if value is not None}
        columns = {field: path for field, path in told.items() if path in found}
        return Row(0, place, {**rest, **found}, replaced), ColumnMap(columns)

    def _named(self, name: str, values: Mapping[str, Any]) -> str:
        other = values.get("source") if self._is_own else None
        named = isinstance(other, str) and other not in ("", self._name)
        return _short(f"{other}/{name}") if named else name


def _at(document: Any, path: str) -> Any:
    """Returns what stands at a path of names and numbers; `None` where nothing does."""
    if isinstance(document, Mapping) and path in document:
        return document[path]
    for part in path.split("."):
        if isinstance(document, Mapping) and part in document:
            document = document[part]
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def _sample(body: bytes) -> str:
    return body[:_SAMPLE_CHARS].decode("utf-8", "replace")


def _short(name: str) -> str:
    """A name of at most 200 code points; of a longer one its hash tells it."""
    if len(name) <= 200:
        return name
    return f"doc-{hashlib.blake2b(name.encode(), digest_size=10).hexdigest()}"


def _kind_of(value: Any) -> str:
    return {list: "a list", str: "a text", type(None): "null"}.get(type(value), "a number")
