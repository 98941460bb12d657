# Blocks of coordinators that run the doRedis package of CRAN: they lie in a
# list named like the queue. A result counts at most once, because it is handed
# over only while its coordinator still waits for it from this worker.

stock_most_bytes <- 500 * 2^20

stock_key <- function(queue, ...) paste(queue, ..., sep = ".")

# Runs one block. FALSE if none waits.
serve_stock <- function(loop) {
  seen <- stock_call(loop$con, "peek", c(
    stock_key(loop$queue), key(loop$queue, "alive")
  ), list(sprintf("%.6f", fraction())))
  if (!length(seen)) return(FALSE)
  block <- open_stock_block(seen[[3]])
  if (is.null(block)) {
    say_once(loop$con, sprintf(
      "what waits in the list '%s' is not from doRedis; left alone", loop$queue
    ))
    return(FALSE)
  }
  keys <- stock_run_keys(loop$queue, block)
  claimed <- tryCatch(claim_stock(loop, seen, block, keys), error = function(e) {
    if (!grepl("CROSSSLOT", conditionMessage(e))) stop(e)
    say_once(loop$con, "a Redis Cluster cannot hold what doRedis of CRAN needs")
  })
  if (is.null(claimed)) return(FALSE)
  if (claimed) run_stock_task(loop, block, keys)
  loop$served_stock <- now()
  TRUE
}

# Seconds after which an idle worker looks again: shortly, if coordinators of
# this kind are about.
idle_seconds <- function(loop) {
  served <- loop$served_stock
  if (is.null(served) || now() - served > 60) 1 else 0.1
}

# NULL for what is no block: a list may have this name by chance.
open_stock_block <- function(bytes) {
  if (length(bytes) < 2 || !rawToChar(bytes[2]) == "\n") return(NULL)
  block <- tryCatch(unserialize(bytes), error = function(e) NULL)
  valid <- is.list(block) && is.character(block$ID) &&
    is.list(block$argsList) && length(names(block$argsList)) > 0
  if (valid) block
}

stock_run_keys <- function(queue, block) {
  iterations <- names(block$argsList)
  run <- sprintf(
    "%s.iters %s...%s host %s pid %d begin %s", block$ID, iterations[1],
    utils::tail(iterations, 1), Sys.info()[["nodename"]], Sys.getpid(),
    format(Sys.time(), "%Y-%m-%d-%H:%M:%OS6")
  )
  keys <- list(
    start = stock_key(queue, "start", run),
    alive = stock_key(queue, "alive", run),
    out = stock_key(queue, "out", block$ID),
    env = stock_key(queue, "env", block$ID)
  )
  keys$token <- paste(keys$start, keys$alive, sep = "\n")
  keys
}

claim_stock <- function(loop, seen, block, keys) {
  iterations <- serialize(as.integer(names(block$argsList)), NULL)
  stock_call(loop$con, "claim", c(
    stock_key(loop$queue), key(loop$queue, "stock"), keys$start, keys$alive
  ), list(
    c(loop$worker, sprintf("%.0f", seen[[1]])), seen[[2]], keys$token,
    iterations, as.character(max(10, ceiling(as.numeric(loop$lease) / 1000)))
  )) == 1
}

run_stock_task <- function(loop, block, keys) {
  # The session is another one for the queue's own jobs.
  if (!identical(loop$stock_id, block$ID)) {
    forget_job(loop)
    env <- redis_call(loop$con, list(c("GET", keys$env)))
    # Its coordinator is gone, or Redis lost it: then that one sends both again.
    if (is.null(env)) return(drop_stock(loop, keys))
    loop$used <- TRUE
    loop$stock <- tryCatch(open_stock_job(env), error = identity)
    loop$stock_id <- block$ID
  }
  wanted <- function() {
    redis_call(loop$con, list(c("EXISTS", keys$start))) == 1
  }
  values <- lapply(block$argsList, function(args) {
    value <- stock_value(loop$stock, args, wanted)
    log_captured(take_captured())
    value
  })
  publish_stock(loop, keys, values)
}

drop_stock <- function(loop, keys) {
  redis_pipeline(loop$con, list(
    list(c("DEL", keys$start, keys$alive)),
    list(c("HDEL", key(loop$queue, "stock"), loop$worker))
  ))
}

publish_stock <- function(loop, keys, values) {
  bytes <- serialize(values, NULL)
  if (length(bytes) > stock_most_bytes) {
    error <- simpleError("the result is larger than Redis takes (512 MB)")
    bytes <- serialize(lapply(values, function(value) error), NULL)
  }
  stock_call(loop$con, "publish", c(
    key(loop$queue, "stock"), keys$start, keys$alive, keys$out, keys$env
  ), list(loop$worker, keys$token, bytes))
}

# A job as its coordinator describes it, ready to run.
open_stock_job <- function(bytes) {
  description <- unserialize(bytes)
  reset_session()
  for (package in description$packages) library(package, character.only = TRUE)
  # Loops within the body run in this worker.
  if (isNamespaceLoaded("foreach")) foreach::registerDoSEQ()
  env <- description$exportenv
  parent.env(env) <- if (is.null(description$parentenv)) {
    globalenv()
  } else {
    getNamespace(description$parentenv[[1]])
  }
  if (!is.null(env$.RNGkind)) RNGkind(env$.RNGkind)
  if (is.function(env$worker.init)) {
    do.call(env$worker.init, list(), envir = globalenv())
  }
  names <- setdiff(ls(env, all.names = TRUE), "...")
  list(expr = description$expr, env = env, first = mget(names, env))
}

# One iteration's value or error. An interrupt that was meant for the task
# before, `wanted()` says, only makes it start again.
stock_value <- function(job, args, wanted) {
  if (inherits(job, "error")) return(job)
  repeat {
    value <- tryCatch(
      allowInterrupts(run_stock_iteration(job, args)),
      error = identity, interrupt = identity
    )
    if (!inherits(value, "interrupt")) return(value)
    if (!wanted()) return(simpleError("interrupted"))
  }
}

# Variables are where functions of the job look for them, as in doRedis, but
# each iteration begins with those of the job only.
run_stock_iteration <- function(job, args) {
  env <- job$env
  left <- setdiff(ls(env, all.names = TRUE), c("...", names(job$first)))
  rm(list = left, envir = env)
  list2env(job$first, env)
  seed <- args[[".Random.seed"]]
  list2env(args[setdiff(names(args), ".Random.seed")], env)
  if (is.integer(seed) && length(seed) == 1) set.seed(seed)
  if (exists("set.seed.worker", envir = env, mode = "function")) {
    get("set.seed.worker", envir = env, mode = "function")(0)
  }
  eval(job$expr, env)
}

# These coordinators take no output: it goes to the worker's log.
log_captured <- function(events) {
  for (event in events) {
    text <- if (is.character(event)) event else conditionMessage(event)
    cat(sub("\n?$", "\n", text), file = stderr())
  }
}

stock_scripts <- new.env(parent = emptyenv())

stock_call <- function(con, name, keys, args, timeout = timeout_seconds) {
  if (is.null(stock_scripts[[name]])) {
    folder <- system.file("stock", package = "rcluster")
    files <- file.path(folder, paste0(c("fingerprint", name), ".lua"))
    text <- lapply(files, readLines)
    stock_scripts[[name]] <- paste(unlist(text), collapse = "\n")
  }
  command <- c(
    list(c("EVAL", stock_scripts[[name]], length(keys), keys)), args
  )
  redis_call(con, command, timeout = timeout)
}
