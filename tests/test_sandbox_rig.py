"""Ports for servers of the tests' own, as several workers choose them at once."""

from concurrent.futures import ThreadPoolExecutor

from tests.sandbox_rig import free_port


def test_nobody_is_given_a_port_that_another_is_about_to_use() -> None:
    with ThreadPoolExecutor(4) as workers:
        ports = list(workers.map(lambda _: free_port(), range(40)))
    assert len({*ports, *(port + 1 for port in ports)}) == 80
