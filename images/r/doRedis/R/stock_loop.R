# Loops in the format of the doRedis package of CRAN, which its workers serve
# too. Such a worker may hand over a result twice, or die with a block of which
# nobody knows: values are counted by iteration, and what neither waits nor runs
# is sent again.

stock_check_seconds <- 3
stock_most_bytes <- 500 * 2^20

run_stock_loop <- function(obj, expr, envir, data) {
  session$con <- data$con
  chunk <- stock_chunk(obj$options$rcluster)
  it <- iter(obj)
  # %dorng% brings streams along.
  streams <- if (!".doRNG.stream" %in% obj$argnames) {
    from_rcluster("rng_streams")()
  }
  if (!is.null(streams)) {
    on.exit(from_rcluster("end_streams")(streams))
  }
  body <- if (is.null(streams)) expr else with_stream(expr)
  job <- new_stock_job(
    data$queue, describe_stock_job(obj, body, envir, it),
    take_stock_args(it, streams)
  )
  on.exit(remove_stock_job(job$queue, job$id), add = TRUE)
  send_stock_job(job)
  all <- seq_along(job$args)
  send_stock_blocks(job, split(all, ceiling(all / chunk)))
  collect_stock(job, it, makeAccum(it), obj$errorHandling == "stop")
  if (obj$errorHandling == "stop" && !is.null(getErrorValue(it))) {
    stop(simpleError(sprintf(
      'task %d failed - "%s"', getErrorIndex(it),
      conditionMessage(getErrorValue(it))
    ), call = expr))
  }
  getResult(it)
}

stock_chunk <- function(options) {
  unknown <- setdiff(names(options), "chunk")
  if (length(unknown)) {
    stop("workers of doRedis know no '", unknown[1], "': register without ",
      "stock = TRUE",
      call. = FALSE
    )
  }
  if (is.numeric(options$chunk)) options$chunk else 1
}

with_stream <- function(expr) {
  bquote({
    base::assign(".Random.seed", .rcluster.stream, envir = base::globalenv())
    .(expr)
  })
}

# What workers need. Variables go into one environment, where functions find
# each other; each iteration assigns in one of its own.
describe_stock_job <- function(obj, expr, envir, it) {
  found <- from_rcluster("find_exports")(expr, envir,
    names = obj$argnames, export = obj$export, noexport = obj$noexport,
    packages = obj$packages, values = from_rcluster("iterated_values")(it)
  )
  env <- environment(do.call(function(...) function() NULL, as.list(found$dots)))
  variables <- lapply(c(found$global, found$local), function(value) {
    if (is.function(value) && identical(environment(value), globalenv())) {
      environment(value) <- env
    }
    value
  })
  list2env(variables, env)
  parent.env(env) <- emptyenv()
  list(
    expr = bquote(base::local(.(expr))), parentenv = NULL, exportenv = env,
    packages = found$packages
  )
}

new_stock_job <- function(queue, description, args) {
  job <- new.env(parent = emptyenv())
  job$queue <- queue
  job$id <- gsub(" ", "-", paste(
    Sys.getpid(), Sys.info()[["user"]], Sys.info()[["nodename"]],
    format(Sys.time(), "%Y-%m-%d-%H:%M:%OS6"),
    sep = "_"
  ))
  job$description <- serialize_for_redis(description, "the loop's variables")
  job$args <- args
  job$done <- logical(length(job$args))
  job$waiting <- vector("list", length(job$args))
  job$missing <- integer()
  job
}

# The arguments of all iterations, each with its stream. Workers of doRedis
# expect a seed too.
take_stock_args <- function(it, streams) {
  take <- from_rcluster("take_each")(function() nextElem(it))
  args <- list()
  repeat {
    more <- take(1000, 1000)
    args <- c(args, more)
    if (length(more) < 1000) break
  }
  lapply(args, function(one) {
    if (!is.null(streams)) {
      one$.rcluster.stream <- from_rcluster("next_stream")(streams)
    }
    one$.Random.seed <- 1L
    one
  })
}

serialize_for_redis <- function(value, what) {
  bytes <- serialize(value, NULL)
  if (length(bytes) > stock_most_bytes) {
    stop(what, " take ", round(length(bytes) / 2^20), " MB; a value in Redis ",
      "has at most 512",
      call. = FALSE
    )
  }
  bytes
}

stock_job_key <- function(job, what) paste(job$queue, what, job$id, sep = ".")

# While the first key is there the workers of doRedis stay.
send_stock_job <- function(job) {
  open_queue(job$queue)
  redis("SETNX", stock_job_key(job, "env"), job$description)
}

# `blocks`: a list of iteration numbers each.
send_stock_blocks <- function(job, blocks) {
  for (some in split(blocks, ceiling(seq_along(blocks) / 100))) {
    bytes <- lapply(some, function(iterations) {
      args <- stats::setNames(job$args[iterations], iterations)
      serialize_for_redis(
        list(ID = job$id, argsList = args), "the arguments of an iteration"
      )
    })
    do.call(redis, c(list("RPUSH", job$queue), unname(bytes)))
  }
}

# In order, so that of several errors it is always the first that counts.
collect_stock <- function(job, it, accumulator, stop_early) {
  checked <- proc.time()[[3]]
  following <- 1L
  while (following <= length(job$args)) {
    values <- next_stock_values(job)
    for (i in seq_along(values)) {
      iteration <- as.integer(names(values)[i])
      if (job$done[iteration]) next
      job$done[iteration] <- TRUE
      job$waiting[iteration] <- unname(values[i])
      message(tick())
    }
    while (isTRUE(job$done[following])) {
      accumulator(job$waiting[following], following)
      job$waiting[following] <- list(NULL)
      following <- following + 1L
      if (stop_early && !is.null(getErrorValue(it))) return(invisible())
    }
    quiet <- proc.time()[[3]] - checked
    if (quiet > stock_check_seconds && !length(values) || quiet > 30) {
      put_right(job)
      checked <- proc.time()[[3]]
    }
  }
}

next_stock_values <- function(job) {
  reply <- redis("BRPOP", stock_job_key(job, "out"), "1")
  if (!is.null(reply)) unserialize(reply[[2]])
}

# Sends again what was neither waiting nor running this time and the last time:
# for a moment a block that a worker takes is in neither place.
put_right <- function(job) {
  known <- c(waiting_iterations(job), running_iterations(job))
  missing <- setdiff(which(!job$done), known)
  lost <- intersect(missing, job$missing)
  job$missing <- setdiff(missing, lost)
  if (redis("EXISTS", queue_key(job$queue, "removed", job$id)) == 1) {
    stop("the job was removed from the queue", call. = FALSE)
  }
  send_stock_job(job)
  if (length(lost)) send_stock_blocks(job, as.list(lost))
}

waiting_iterations <- function(job) {
  unlist(lapply(redis("LRANGE", job$queue, "0", "-1"), function(bytes) {
    block <- tryCatch(unserialize(bytes), error = function(e) NULL)
    ours <- is.list(block) && identical(block$ID, job$id)
    if (ours) as.integer(names(block$argsList))
  }))
}

# A worker that is alive says so by a key that expires.
running_iterations <- function(job) {
  prefix <- paste0(stock_job_key(job, "start"), ".")
  unlist(lapply(find_keys(paste0(literal(prefix), "*")), function(start) {
    run <- substring(start, nchar(prefix) + 1)
    alive <- paste0(stock_job_key(job, "alive"), ".", run)
    if (redis("EXISTS", alive) == 0) {
      redis("DEL", start)
      return(NULL)
    }
    bytes <- redis("GET", start)
    if (!is.null(bytes)) unserialize(bytes)
  }))
}
