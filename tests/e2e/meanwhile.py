"""What goes on beside the test: threads that run from the entry of a `with` to its end."""

import threading


class Meanwhile:
    """Calls each of `loops`, which go round until `over`, in a thread of its own."""

    def __init__(self, loops):
        self.over = threading.Event()
        self._threads = [threading.Thread(target=loop) for loop in loops]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *unused):
        self.over.set()
        for thread in self._threads:
            thread.join()
