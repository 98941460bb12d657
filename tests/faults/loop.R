# One coordinator of the fault matrix. Reads commands from standard input, a
# line each: KIND N BAD MARKER, and answers with START and RESULT lines.
suppressPackageStartupMessages({
  library(foreach)
  library(rcluster)
})
registerRCluster(Sys.getenv("RCLUSTER_QUEUE"))

large <- 12000 # numbers of 8 bytes: more than travels within the queue
shared <- sqrt(seq_len(20000))
pause <- 0.02
marker <- ""
bad_at <- 0
misbehave <- function(i) NULL

kinds_of_bad <- list(
  none = function(i) NULL,
  killer = function(i) if (i == bad_at) tools::pskill(Sys.getpid(), 9L),
  hungry = function(i) if (i == bad_at) sum(numeric(1e8)),
  hungry_once = function(i) {
    if (i == bad_at && !file.exists(marker) && file.create(marker)) {
      sum(numeric(1e8))
    }
  }
)

task <- function(i, arg = i) {
  message(".")
  misbehave(i)
  Sys.sleep(pause)
  value <- c(i, sum(arg), shared[i])
  if (i %% 10 == 0) c(value, rep(i, large)) else value
}

number <- function(i) {
  message(".")
  misbehave(i)
  Sys.sleep(pause)
  i * 3 + 1
}

# Old scripts for doRedis, as often as it takes about as long as n tasks: what
# they print, and all variables that they leave.
run_scripts <- function(n, `%op%`, names) {
  sequential <- identical(`%op%`, foreach::`%do%`)
  rounds <- if (sequential) 1 else max(1, round(n / 120))
  unique(lapply(seq_len(rounds), function(round) {
    lapply(names, function(name) {
      register <- if (sequential) register_none(name) else register_patiently
      run_script(name, register)
    })
  }))
}

# Of the scripts only this one has random numbers: doRNG's.
register_none <- function(name) {
  function(...) {
    foreach::registerDoSEQ()
    if (name == "pi") doRNG::registerDoRNG()
  }
}

# What would stop with an error while Redis is away is started a little later.
register_patiently <- function(...) {
  repeat {
    problem <- tryCatch(doRedis::registerDoRedis(...), error = conditionMessage)
    if (is.null(problem)) return(invisible())
    if (!grepl("cannot be used", problem)) stop(problem)
    Sys.sleep(0.2)
  }
}

run_script <- function(name, register) {
  env <- new.env(parent = globalenv())
  env$registerDoRedis <- register
  settings <- doRedis:::settings
  rm(list = ls(settings), envir = settings)
  output <- utils::capture.output(source(
    file.path("/compat", paste0(name, ".R")),
    local = env
  ))
  message(".")
  variables <- setdiff(ls(env), "registerDoRedis")
  list(output, lapply(mget(variables, env), comparable))
}

# Sums do not depend on who was first but for their last digits, errors not on
# where they were raised.
comparable <- function(value) {
  if (inherits(value, "error")) return(conditionMessage(value))
  if (is.function(value)) return(deparse(value))
  attr(value, "rng") <- attr(value, "doRNG_version") <- NULL
  if (is.double(value)) value[] <- signif(value, 12)
  if (is.list(value)) value[] <- lapply(value, comparable)
  value
}

# Every job once more with foreach's own loop: what it has to return.
loops <- list(
  compat = function(n, `%op%`) {
    run_scripts(n, `%op%`, c("chunks", "exports", "pi"))
  },
  # Without what keeps a value of its own in Redis.
  compat_stateless = function(n, `%op%`) {
    run_scripts(n, `%op%`, c("chunks", "pi"))
  },
  list = function(n, `%op%`) {
    args <- lapply(seq_len(n), function(i) if (i %% 15 == 0) rep(i, large) else i)
    foreach(i = seq_len(n), arg = args) %op% task(i, arg)
  },
  sum = function(n, `%op%`) {
    foreach(
      i = seq_len(n), .combine = "+", .inorder = FALSE,
      .options.rcluster = list(chunk = 1)
    ) %op% number(i)
  },
  chunked = function(n, `%op%`) {
    args <- lapply(seq_len(n), function(i) if (i %% 15 == 0) rep(i, large) else i)
    foreach(
      i = seq_len(n), arg = args, .options.rcluster = list(chunk = 5)
    ) %op% task(i, arg)
  },
  nested = function(n, `%op%`) {
    foreach(a = seq_len(n / 9), .combine = rbind) %:%
      foreach(b = 1:12, .combine = c) %:% when(b %% 4 != 0) %op%
      number((a - 1) * 12 + b)
  }
)

expected <- function(kind, n) {
  pause <<- 0
  misbehave <<- kinds_of_bad$none
  on.exit(pause <<- 0.02)
  suppressMessages(loops[[kind]](n, foreach::`%do%`))
}

# The times at which results are delivered show how long nothing went on.
timed <- function(kind, n) {
  began <- last <- proc.time()[[3]]
  gap <- 0
  value <- tryCatch(
    withCallingHandlers(loops[[kind]](n, foreach::`%dopar%`),
      message = function(m) {
        if (identical(conditionMessage(m), ".\n")) {
          now <- proc.time()[[3]]
          gap <<- max(gap, now - last)
          last <<- now
          tryInvokeRestart("muffleMessage")
        }
      }
    ),
    error = identity
  )
  end <- proc.time()[[3]]
  list(value = value, total = end - began, gap = max(gap, end - last))
}

verdict <- function(value, want) {
  if (inherits(value, "error")) return(paste("error", conditionMessage(value)))
  if (identical(value, want)) return("right")
  if (length(value) < length(want) || any(vapply(value, is.null, NA))) {
    return("missing")
  }
  "wrong"
}

say <- function(...) cat(paste(..., sep = " "), "\n", sep = "", file = stdout())

commands <- file("stdin", "r")
say("READY", Sys.getpid())
while (length(line <- readLines(commands, 1))) {
  command <- strsplit(line, " ")[[1]]
  kind <- command[1]
  n <- as.integer(command[2])
  want <- expected(kind, n)
  marker <- command[4]
  # Of the nested loop's numbers 40 is a multiple of 4, which when() leaves out.
  bad_at <- 42
  misbehave <- kinds_of_bad[[command[3]]]
  say("START")
  done <- timed(kind, n)
  say(
    "RESULT", sprintf("%.2f %.2f", done$total, done$gap),
    verdict(done$value, want)
  )
}
