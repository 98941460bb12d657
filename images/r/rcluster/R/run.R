# Runs a job to its end: iterations in, values out in order.

chunk_seconds <- 0.05
most_chunk <- 1000
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
  order <- new_order()
  source <- new_source(take, chunk, streams)
  pace <- new_pace()
  last <- now()
  progress <- new_progress()
  on.exit({
    end_progress(progress)
    report_failures(job)
    end_job(job)
  })

  repeat {
    if (source$more) fill(job, source)
    if (!source$more && job$blocks$outstanding == 0) break
    wait <- !(source$more && room(job))
    if (wait) let_gather(pace, job$blocks$outstanding)
    results <- exchange(job, if (wait) 2 else 0)
    note_pace(pace, length(results$slot))
    if (!length(results$slot)) {
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

room <- function(job) {
  job$blocks$outstanding < most_blocks && job$blocks$bytes < most_bytes
}

# Where the iterations come from, and how many go into a block.
new_source <- function(take, chunk, streams) {
  auto <- identical(chunk, "auto")
  list2env(
    list(
      take = take, streams = streams, more = TRUE, fired = 0, auto = auto,
      chunk = if (auto) 1 else chunk
    ),
    parent = emptyenv()
  )
}

# Adds blocks until enough are under way, or for long enough; few at first,
# because nobody knows how large they are.
fill <- function(job, source) {
  begun <- now()
  blocks <- 1
  while (room(job) && length(job$pending) < most_at_once) {
    before <- job$blocks$bytes
    taken <- take_blocks(source, min(
      blocks, most_at_once - length(job$pending),
      most_blocks - job$blocks$outstanding
    ))
    n <- length(taken$args)
    if (n > 0) add_blocks(job, taken$first, taken$args, taken$seeds)
    if (!source$more || now() - begun > 0.02) break
    fitting <- (most_bytes - job$blocks$bytes) * n / (job$blocks$bytes - before)
    blocks <- max(1, min(8 * blocks, floor(fitting)))
  }
}

# The next iterations: one block, or up to `most` where they are there already.
take_blocks <- function(source, most) {
  args <- source$take(source$chunk, source$chunk * most)
  n <- length(args)
  source$more <- n >= source$chunk
  numbers <- source$fired + seq_len(n)
  source$fired <- source$fired + n
  seeds <- if (!is.null(source$streams)) {
    lapply(numbers, function(i) next_stream(source$streams))
  }
  if (source$chunk == 1) {
    return(list(first = numbers, args = singly(args), seeds = singly(seeds)))
  }
  block <- (seq_len(n) - 1) %/% source$chunk
  list(
    first = numbers[!duplicated(block)], args = unname(split(args, block)),
    seeds = if (!is.null(seeds)) unname(split(seeds, block))
  )
}

# For blocks of one iteration each.
singly <- function(x) if (!is.null(x)) lapply(x, list)

# `take` of something that stops with 'StopIteration' after the last, as
# iterators do: more than `least` where that is quick.
take_each <- function(next_args) {
  function(least, most) {
    args <- vector("list", most)
    n <- 0
    begun <- now()
    tryCatch(
      while (n < least || (n < most && now() - begun < 0.005)) {
        args[[n + 1]] <- next_args()
        n <- n + 1
      },
      error = function(e) {
        if (!identical(conditionMessage(e), "StopIteration")) stop(e)
      }
    )
    args[seq_len(n)]
  }
}

# So many iterations a block that it takes a twentieth of a second or so, at
# most twice as many as before: the first ones may not be like the others.
adapt <- function(source, results) {
  each <- sum(pmax(results$seconds, 1e-4)) / sum(results$count)
  if (is.na(each)) return(invisible()) # one failed with its worker
  source$chunk <- max(1, floor(min(
    source$chunk * 2, chunk_seconds / each, most_chunk
  )))
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
