"""Steps beside others: results, errors, and processes that are forked."""

from __future__ import annotations

import os
import threading

import pytest

from core.beside import Company, company


def test_both_steps_run_at_once_and_results_and_errors_come_back():
    met = threading.Barrier(2, timeout=20)
    step = company.beside(lambda number: (met.wait(), number)[1], number=7)
    met.wait()  # never passed if one waited for the other's end
    assert step.result() == 7
    failing = company.beside(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        failing.result()


def test_whoever_begins_learns_whether_others_are_at_work():
    office = Company()
    with office.working() as first, office.working() as second:
        assert first and not second
    with pytest.raises(ZeroDivisionError), office.working():
        1 // 0  # noqa: B018
    with office.working() as after:
        assert after


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")
def test_a_forked_process_has_threads_of_its_own():
    assert company.beside(lambda: 1).result() == 1
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if company.beside(lambda: 2).result(timeout=10) == 2 else 1
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
