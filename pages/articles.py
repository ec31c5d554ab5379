"""Articles: add one, see what was read from it, decide about it; or walk all that waits for a decision."""

from mapapp.ui.article_screen import FILES, QUEUE, choose_task, show_article
from mapapp.ui.articles import choose_article, show_article_head
from mapapp.ui.cached import get_theatre
from mapapp.ui.claim_files_screen import show_claim_files
from mapapp.ui.frame import ensure_frame
from mapapp.ui.intake_screen import show_intake
from mapapp.ui.queue_screen import show_queue
from mapapp.ui.second_reader import show_second_reader
from mapapp.ui.state import chosen_theatre, read_query

ensure_frame()
theatre = get_theatre(chosen_theatre())
query = read_query(theatre)
task = choose_task()
if task == QUEUE:
    show_queue(query, theatre=theatre)
elif task == FILES:
    show_claim_files(theatre)
else:
    show_intake(theatre)
    reading = choose_article(query, theatre=theatre)
    if reading is not None:
        show_article_head(reading, query=query, theatre=theatre)
        show_second_reader(reading, theatre=theatre)
        show_article(reading, query=query, theatre=theatre)
