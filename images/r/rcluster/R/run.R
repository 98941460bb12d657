# Runs a job to its end: iterations in, values out in order.

chunk_seconds <- 0.05
most_chunk <- 1000
notice_seconds <- 2
stall_seconds <- 15

# `take(least, most)`: the arguments of the next iterations, a list of lists;
# fewer than `least` only at the end.
# `accept(first, values, events)`: called with the values of iterations `first`,
# `first + 1`, ..., in order, each once; returns FALSE to stop early. Where
# there are events or an error, with one iteration at a time.
# `chunk`: iterations a block, or "auto".
run_job <- function(job, take, accept, chunk = "auto", streams = NULL) {
  state <- new.env(parent = emptyenv())
  state$fired <- 0
  state$more <- TRUE
  state$auto <- identical(chunk, "auto")
  state$chunk <- if (state$auto) 1 else chunk
  state$taken <- list()
  state$used <- 0
  state$ready <- vector("list", 1024)
  state$delivered <- 0
  last <- now()
  progress <- new_progress()
  on.exit({
    end_progress(progress)
    end_job(job)
  })

  repeat {
    if (state$more) fill(job, state, take, streams)
    if (!state$more && job$outstanding == 0) break
    results <- exchange(job, if (state$more && room(job)) 0 else 2)
    if (!length(results)) {
      if (now() - last > notice_seconds) notice_stall(job)
      if (now() - last > stall_seconds) {
        results <- catch_up(job)
        last <- now()
      }
    }
    if (length(results)) last <- now()
    if (state$auto) {
      for (result in results) state$chunk <- adapt(state$chunk, result)
    }
    if (!deliver(state, results, accept)) return(invisible(FALSE))
    show_progress(progress, state$delivered, state$fired)
  }
  invisible(TRUE)
}

now <- function() .Call(rc_now)

room <- function(job) {
  job$outstanding < most_blocks && job$bytes < most_bytes
}

# Adds blocks until enough are under way, or for long enough.
fill <- function(job, state, take, streams) {
  begun <- now()
  while (room(job) && length(job$pending) < 200) {
    args <- take_block(state, take)
    n <- length(args)
    if (n > 0) {
      seeds <- if (!is.null(streams)) {
        lapply(seq_len(n), function(i) next_stream(streams))
      }
      add_block(job, state$fired + 1, args, seeds)
      state$fired <- state$fired + n
    }
    if (!state$more || now() - begun > 0.02) break
  }
}

# The arguments of the next iterations, up to a block full.
take_block <- function(state, take) {
  n <- state$chunk
  if (state$used + n > length(state$taken)) {
    rest <- state$taken[seq_len(length(state$taken) - state$used) + state$used]
    least <- n - length(rest)
    state$taken <- c(rest, take(least, max(least, 200)))
    state$used <- 0
    n <- min(n, length(state$taken))
    state$more <- n == state$chunk
  }
  args <- state$taken[seq_len(n) + state$used]
  state$used <- state$used + n
  args
}

# Of something that stops with 'StopIteration' after the last, as iterators do.
take_each <- function(next_args) {
  function(least, most) {
    args <- vector("list", least)
    n <- 0
    tryCatch(
      while (n < least) {
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
adapt <- function(chunk, result) {
  if (is.null(result$seconds)) return(chunk)
  each <- max(result$seconds, 1e-4) / length(result$values)
  max(1, floor(min(chunk * 2, chunk_seconds / each, most_chunk)))
}

# Hands over what is next in order, as much at a time as has come.
deliver <- function(state, results, accept) {
  for (result in results) put_by(state, result)
  values <- list()
  first <- state$delivered + 1
  flush <- function() {
    good <- !length(values) ||
      accept(first, unlist(values, recursive = FALSE, use.names = FALSE), NULL)
    values <<- list()
    first <<- state$delivered + 1
    good
  }
  repeat {
    result <- next_result(state)
    if (is.null(result)) return(flush())
    n <- length(result$values)
    if (is.null(result$events) && !any_error(result$values)) {
      values[[length(values) + 1]] <- result$values
      state$delivered <- state$delivered + n
      next
    }
    if (!flush()) return(FALSE)
    for (i in seq_len(n)) {
      state$delivered <- state$delivered + 1
      events <- result$events[[as.character(i)]]
      if (!accept(state$delivered, result$values[i], events)) return(FALSE)
    }
    first <- state$delivered + 1
  }
}

# Results wait for their turn in a ring by their first iteration.
put_by <- function(state, result) {
  while (result$first - state$delivered > length(state$ready)) {
    waiting <- Filter(Negate(is.null), state$ready)
    state$ready <- vector("list", 2 * length(state$ready))
    for (one in waiting) state$ready[[place(state, one$first)]] <- one
  }
  state$ready[[place(state, result$first)]] <- result
}

next_result <- function(state) {
  at <- place(state, state$delivered + 1)
  result <- state$ready[[at]]
  state$ready[at] <- list(NULL)
  result
}

place <- function(state, first) (first - 1) %% length(state$ready) + 1

any_error <- function(values) {
  for (value in values) if (inherits(value, "error")) return(TRUE)
  FALSE
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
