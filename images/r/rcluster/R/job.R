# A job at its coordinator: hands out blocks, keeps each until its result is
# accepted, and puts right what Redis or a worker lost.

job_ttl <- "600000"
most_blocks <- 2000
most_collected <- 200
most_bytes <- 64 * 2^20

# `description`: what workers need to run an iteration (see prepare_job).
new_job <- function(con, queue, description, options = loop_options(NULL)) {
  job <- new.env(parent = emptyenv())
  job$con <- con
  job$queue <- queue
  job$id <- unique_id()
  job$pointers <- options$pointers
  description$fresh <- options$fresh
  job$description <- pack_checked(
    description, if (job$pointers == "stop") check_description(description)
  )
  job$weight <- as.character(options$weight)
  job$timeout <- options$timeout
  job$sequence <- 0
  # In slots that are used again: R never forgets the name of a variable.
  job$slots <- list()
  job$free <- integer()
  job$outstanding <- 0
  job$bytes <- 0
  job$acknowledged <- 0
  job$full <- FALSE
  job$pending <- list()
  job$urgent <- list()
  job$calls <- lapply(
    setNames(nm = c("submit", "collect", "reconcile", "finish")),
    function(name) script_call(name, queue, job$id)
  )
  announce(job)
  job
}

# Makes the job known: its coordinator's connection first, so that the end of it
# is noticed whenever it comes; then variables and time limit.
announce <- function(job) {
  repeat {
    epoch <- job$con$epoch
    connection <- describe_connection(job$con)
    redis_call(job$con, list(c(
      "HSET", key(job$queue, "clients"), paste0("job:", job$id), connection
    )))
    send_variables(job)
    redis_call(job$con, list(script_call("announce", job$queue), c(
      job$id, job_ttl, sprintf("%.0f", job$timeout * 1000), connection
    )))
    job$epoch <- epoch
    if (job$con$epoch == epoch) return(invisible())
  }
}

# Which run of Redis, and which of its clients.
describe_connection <- function(con) {
  id <- redis_call(con, list(c("CLIENT", "ID")))
  info <- rawToChar(redis_call(con, list(c("INFO", "server"))))
  run <- sub(".*run_id:([0-9a-f]+).*", "\\1", info)
  sprintf("%s:%.0f", run, id)
}

send_variables <- function(job) {
  con <- job$con
  variables <- key(job$queue, "env", job$id)
  if (redis_call(con, list(c("EXISTS", variables))) == 0) {
    env <- send_large(con, job$queue, job$id, job$description)
    redis_call(con, list(c("SET", variables), env))
  }
}

# Adds a block of iterations `first`, `first + 1`, ...; exchange() sends it.
# `urgent`: ahead of all others.
# `heard`: how much news of each iteration came before.
add_block <- function(job, first, args, seeds, urgent = FALSE, heard = NULL) {
  slot <- take_slot(job)
  id <- block_id(slot, first, length(args))
  payload <- pack_checked(
    list(id = id, first = first, args = args, seeds = seeds),
    if (job$pointers == "stop") check_block(first, args)
  )
  sent <- send_large(job$con, job$queue, job$id, payload)
  job$slots[[slot]] <- list(
    id = id, payload = payload, sent = sent, heard = heard
  )
  job$outstanding <- job$outstanding + 1
  job$bytes <- job$bytes + length(payload)
  if (urgent) {
    job$urgent[[length(job$urgent) + 1]] <- id
  } else {
    job$pending[[length(job$pending) + 1]] <- id
  }
}

# Blocks of several iterations are marked: a lost one is sent again in parts.
block_id <- function(slot, first, n) {
  sprintf(if (n > 1) "%d:%.0f+" else "%d:%.0f", slot, first)
}

take_slot <- function(job) {
  n <- length(job$free)
  if (n == 0) return(length(job$slots) + 1L)
  slot <- job$free[n]
  job$free <- job$free[-n]
  slot
}

slot_of <- function(id) as.integer(sub(":.*", "", id))

# The block of this id, NULL if its result is accepted already.
kept_block <- function(job, id) {
  slot <- slot_of(id)
  if (slot > length(job$slots)) return(NULL)
  kept <- job$slots[[slot]]
  if (identical(kept$id, id)) kept
}

kept_ids <- function(job) {
  as.character(unlist(lapply(job$slots, function(kept) kept$id)))
}

submit_command <- function(job, ids, weight = job$weight) {
  job$sequence <- job$sequence + 1
  blocks <- unlist(lapply(ids, function(id) list(id, kept_block(job, id)$sent)),
    recursive = FALSE
  )
  c(list(job$calls$submit, c(
    job$id, as.character(job$sequence), job_ttl, weight
  )), blocks)
}

collect_command <- function(job, acknowledged = job$acknowledged) {
  list(job$calls$collect, c(
    job$id, sprintf("%.0f", acknowledged), as.character(most_collected), job_ttl
  ))
}

# Sends pending blocks and returns results; if there are none waits up to `wait`
# seconds for one. All in one go, which saves a round trip each.
exchange <- function(job, wait = 0) {
  commands <- take_submissions(job)
  # With more than one collect's worth there, its token may be taken already.
  waits <- wait > 0 && !job$full
  if (waits) {
    bell <- c("BLPOP", key(job$queue, "wake", job$id), wait)
    commands <- c(commands, list(list(bell)))
  }
  commands <- c(commands, list(collect_command(job)))
  replies <- redis_pipeline(job$con, commands)
  if (job$con$epoch != job$epoch || !is_known(replies[[1]])) {
    return(catch_up(job))
  }
  n <- length(replies)
  if (waits && rings_for_news(replies[[n - 1]])) hear_news(job)
  accept_replies(job, replies[[n]])
}

# In the order of their sequence numbers: a smaller one that comes later is
# taken for a repetition.
take_submissions <- function(job) {
  urgent <- if (length(job$urgent)) list(submit_command(job, job$urgent, "0"))
  pending <- if (length(job$pending)) list(submit_command(job, job$pending))
  job$urgent <- list()
  job$pending <- list()
  c(urgent, pending)
}

# Scripts of a job say -1 if Redis knows nothing of it.
is_known <- function(reply) is.null(reply) || !identical(reply[[1]], -1)

check_removed <- function(reply) {
  if (reply[[1]] == -2) {
    stop("the job was removed from the queue", call. = FALSE)
  }
}

accept_replies <- function(job, reply) {
  base <- reply[[1]]
  check_removed(reply)
  if (base < 0) return(catch_up(job))
  job$full <- length(reply) > most_collected
  results <- lapply(reply[-1], function(bytes) open_result(job, bytes))
  job$acknowledged <- base + length(results)
  Filter(Negate(is.null), results)
}

# NULL for what is counted already.
open_result <- function(job, bytes) {
  if (bytes[1] >= as.raw(0x30) && bytes[1] <= as.raw(0x39)) {
    return(open_failure(job, rawToChar(bytes)))
  }
  large <- fetch_large(job$con, bytes)
  if (is.null(large)) return(NULL)
  result <- unserialize(large)
  if (!is.null(result$news)) {
    if (result$news$sent) hear_news(job)
    signal_news(job, result$id, result$news$items)
  }
  drop_large(job$con, job$queue, job$id, bytes)
  if (!forget_block(job, result$id)) return(NULL)
  result
}

# "1:12 failed why", or "1:12+ lost why": the latter is sent again one by one.
open_failure <- function(job, text) {
  parts <- regmatches(text, regexec("^(\\S+) (\\S+) (.*)$", text))[[1]]
  id <- parts[2]
  kept <- kept_block(job, id)
  if (is.null(kept)) return(NULL)
  first <- as.numeric(gsub("^.*:|[+]", "", id))
  if (parts[3] == "lost") {
    block <- unserialize(kept$payload)
    forget_block(job, id)
    for (i in seq_along(block$args)) {
      add_block(job, first + i - 1, block$args[i], block$seeds[i],
        urgent = TRUE, heard = kept$heard[i]
      )
    }
    return(NULL)
  }
  forget_block(job, id)
  list(first = first, values = list(simpleError(parts[4])))
}

forget_block <- function(job, id) {
  kept <- kept_block(job, id)
  if (is.null(kept)) return(FALSE)
  drop_large(job$con, job$queue, job$id, kept$sent)
  slot <- slot_of(id)
  job$slots[slot] <- list(NULL)
  job$free <- c(job$free, slot)
  job$outstanding <- job$outstanding - 1
  job$bytes <- job$bytes - length(kept$payload)
  TRUE
}

# After a lost connection, or when nothing has come for long: reads all results
# again, and sends again what neither waits nor runs.
catch_up <- function(job) {
  results <- list()
  repeat {
    epoch <- job$con$epoch
    announce(job)
    job$acknowledged <- 0
    reply <- redis_call(job$con, collect_command(job, 0))
    check_removed(reply)
    while (length(reply) > 1) {
      results <- c(results, accept_replies(job, reply))
      reply <- redis_call(job$con, collect_command(job))
    }
    job$pending <- list()
    job$urgent <- list()
    ids <- kept_ids(job)
    for (some in split(ids, ceiling(seq_along(ids) / 200))) {
      missing <- redis_call(job$con, list(
        job$calls$reconcile, c(job$id, some)
      ))
      missing <- vapply(missing, rawToChar, "")
      if (length(missing)) send_again(job, missing)
    }
    if (job$con$epoch == epoch) return(results)
  }
}

send_again <- function(job, ids) {
  for (id in ids) {
    kept <- kept_block(job, id)
    if (length(kept$payload) == length(kept$sent)) next
    drop_large(job$con, job$queue, job$id, kept$sent)
    kept$sent <- send_large(job$con, job$queue, job$id, kept$payload)
    job$slots[[slot_of(id)]] <- kept
  }
  redis_call(job$con, submit_command(job, ids, "0"))
}

# Leaves nothing of the job in Redis.
end_job <- function(job) {
  # First, so that no worker adds to the values that are removed next.
  redis_call(job$con, list(c("ZREM", key(job$queue, "jobs"), job$id)))
  set <- key(job$queue, "blobs", job$id)
  blobs <- redis_call(job$con, list(c("SMEMBERS", set)))
  if (length(blobs)) {
    redis_call(job$con, list(c("UNLINK", vapply(blobs, rawToChar, ""))))
  }
  ids <- kept_ids(job)
  redis_call(job$con, list(job$calls$finish, c(job$id, ids)))
}
