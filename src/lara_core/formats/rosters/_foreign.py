"""How other libraries are called: whatever they raise, of whatever kind, says that the file is not as it should be."""

import warnings
from collections.abc import Callable
from typing import Final, TypeVar

from lara_core.kernel.decisions import Refused
from lara_core.roster_refusals import Damaged

T = TypeVar("T")

NEEDED: Final = "workbooks need openpyxl, defusedxml and xlrd: install lara-core[roster]"


def attempt(call: Callable[[], T]) -> T:
    """What *call* answers. Whatever it raises, `Refused` and a lack of memory aside, is refused as `Damaged`.

    Neither library says what it raises on a file that was altered, and each raises whatever Python happens to. Their
    messages quote the file, so none is passed on (K11). Their warnings are silenced.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call()
        except (Refused, MemoryError):
            raise
        except Exception:  # noqa: BLE001, S110 - see above; what is refused is raised out here, without a context
            pass
    raise Refused(Damaged())
