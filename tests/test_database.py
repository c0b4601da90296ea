"""What becomes of the tests' database when the last of them has run."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from tests.database import Opened


def test_a_thread_that_goes_on_is_connected_no_more(transactional_db: None) -> None:
    opened = Opened()
    with ThreadPoolExecutor(1) as threads:
        threads.submit(connection.ensure_connection).result()
        opened.close()
        assert threads.submit(lambda: connection.connection).result() is None
