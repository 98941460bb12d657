# Runs a job to its end: iterations in, values out in order.

most_at_once <- 200
notice_seconds <- 2
stall_seconds <- 15

# `take(least, most)`: the arguments of the next iterations, a list of lists;
# fewer than `least` only at the end.
# `accept(first, values, events)`: called with the values of iterations `first`,
# `first + 1`, ..., in order, each once; returns FALSE to stop early. Where
# there are events or an error, with one iteration at a time.
# `chunk`: iterations a block, or "auto".
run_job <- function(job, take, accept, chunk = "auto", streams = NULL) {
  progress <- new_progress()
  on.exit({
    end_progress(progress)
    report_failures(job)
    end_job(job)
  })
  order <- new_order()
  source <- new_source(take, chunk, streams, job$total)
  if (source$auto) source$workers <- queue_demand(job$con, job$queue)$workers
  pace <- new_pace()
  last <- now()

  repeat {
    if (source$more) fill(job, source)
    if (!source$more && job$blocks$outstanding == 0) break
    wait <- !(source$more && room(job, source))
    if (wait) let_gather(pace, job$blocks$outstanding)
    results <- exchange(job, if (!wait) 0 else if (source$settled) 2 else 0.5)
    note_pace(pace, length(results$slot))
    if (!length(results$slot)) {
      if (wait) source$settled <- TRUE # they take long, or nobody works
      if (now() - last > notice_seconds) notice_stall(job)
      if (now() - last > stall_seconds) {
        results <- catch_up(job)
        last <- now()
      }
    }
    if (length(results$slot)) {
      last <- now()
      note_failures(job, results)
      if (source$auto) adapt(source, results)
      put_by(order, results)
      if (!deliver(order, accept)) return(invisible(FALSE))
    }
    show_progress(progress, order$delivered, source$fired)
    report(job, source$fired, order$delivered, order$failed)
  }
  if (order$delivered != source$fired) {
    stop("rcluster lost count of its results; please report this", call. = FALSE)
  }
  invisible(TRUE)
}

now <- function() .Call(rc_now)

room <- function(job, source) {
  job$blocks$outstanding < most_under_way(source) &&
    job$blocks$bytes < most_bytes
}

# Adds blocks until enough are under way, or for long enough; few at first,
# because nobody knows how large they are.
fill <- function(job, source) {
  begun <- now()
  blocks <- 1
  while (room(job, source) && length(job$pending) < most_at_once) {
    before <- job$blocks$bytes
    taken <- take_blocks(source, min(
      blocks, most_at_once - length(job$pending),
      most_under_way(source) - job$blocks$outstanding
    ))
    n <- length(taken$args)
    if (n > 0) add_blocks(job, taken$first, taken$args, taken$seeds)
    if (!source$more || now() - begun > 0.02) break
    fitting <- (most_bytes - job$blocks$bytes) * n / (job$blocks$bytes - before)
    blocks <- max(1, min(8 * blocks, floor(fitting)))
  }
}

notice_stall <- function(job) {
  demand <- queue_demand(job$con, job$queue)
  if (demand$workers == 0) {
    say_once(job$con, sprintf(
      "no workers on queue '%s'; waiting for some (%s starts one)", job$queue,
      sprintf('rcluster::worker("%s")', job$queue)
    ))
  }
}
