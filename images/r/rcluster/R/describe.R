# What read_queue() saw, as tables.

job_of <- function(member) sub("/[^/]*$", "", member)

describe_queue <- function(queue, seen) {
  workers <- describe_workers(seen)
  jobs <- describe_jobs(seen, workers)
  waiting <- length(seen$waiting)
  structure(
    list(
      queue = queue, time = as_time(1000 * seen$time), waiting = waiting,
      running = length(seen$held), failed = sum(jobs$failed, na.rm = TRUE),
      rate = rate_of(seen$rate, seen$time), workers = workers, jobs = jobs,
      pools = describe_pools(workers, waiting),
      failures = describe_failures(seen$failures)
    ),
    class = "cluster_info"
  )
}

# Milliseconds since 1970.
as_time <- function(ms) as.POSIXct(ms / 1000, origin = "1970-01-01", tz = "UTC")

rate_of <- function(rate, time) {
  second <- as.numeric(sub(" .*", "", rate))
  counts <- as.numeric(sub(".* ", "", rate))
  whole <- floor(time)
  sum(counts[second < whole & second >= whole - 10]) / 10
}

# The i-th word of each text, as a function of i.
words_of <- function(texts) {
  words <- strsplit(unname(texts), " ", fixed = TRUE)
  function(i) vapply(words, function(word) word[i], "")
}

describe_workers <- function(seen) {
  ids <- sort(as.character(names(seen$workers)))
  seen$workers <- seen$workers[ids]
  told <- words_of(seen$workers)
  holds <- words_of(seen$held[ids])
  busy <- ids %in% c(names(seen$held), seen$stock)
  late <- !as.numeric(seen$alive[ids]) >= seen$time * 1000
  state <- ifelse(busy, "busy", "idle")
  state[ids %in% seen$drain] <- "draining"
  state[late] <- "late"
  data.frame(
    worker = ids, host = told(1), pid = as.integer(told(2)),
    pool = told(4), state = state, job = job_of(holds(1)),
    iteration = as.numeric(gsub(".*:|[+]", "", holds(1))),
    since = as_time(as.numeric(holds(2))), done = as.numeric(told(7)),
    memory = round(as.numeric(told(3)) / 1024, 1), rcluster = told(5),
    r = told(6)
  )
}

describe_jobs <- function(seen, workers) {
  ids <- as.character(seen$jobs)
  told <- words_of(seen$loops[ids])
  count <- function(jobs) as.numeric(table(factor(jobs, ids)))
  data.frame(
    job = ids, host = told(1), pid = as.integer(told(2)),
    since = as_time(as.numeric(told(3))), weight = as.numeric(told(4)),
    waiting = count(seen$waiting), running = count(workers$job),
    sent = as.numeric(told(5)), done = as.numeric(told(6)),
    failed = as.numeric(told(7)),
    total = suppressWarnings(as.numeric(told(8))) # "-" where nobody knows
  )
}

describe_pools <- function(workers, waiting) {
  pools <- sort(unique(workers$pool))
  count <- function(which) as.numeric(table(factor(which, pools)))
  running <- count(workers$pool[!is.na(workers$job)])
  data.frame(
    pool = as.character(pools), workers = count(workers$pool),
    running = running, demand = running + rep(waiting, length(pools))
  )
}
