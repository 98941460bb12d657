# The blocks of a job that are under way, each in a slot of some vectors, so that
# many are handled at once. Slots are used again: R never forgets a name.

new_blocks <- function() {
  list2env(
    list(
      first = numeric(), count = integer(), payload = list(), sent = list(),
      heard = list(), free = integer(), outstanding = 0, bytes = 0
    ),
    parent = emptyenv()
  )
}

take_slots <- function(blocks, n) {
  spare <- length(blocks$free)
  reused <- min(n, spare)
  slots <- c(
    blocks$free[seq_len(reused) + spare - reused],
    seq_len(n - reused) + length(blocks$first)
  )
  if (reused) blocks$free <- blocks$free[seq_len(spare - reused)]
  slots
}

# `first`: the first iteration of each block, `count`: how many it has,
# `payload`: what a worker needs, packed, and `sent`: what Redis keeps of that;
# `heard`: of each, how much news of its iterations came.
keep_blocks <- function(blocks, slots, first, count, payload, sent,
                        heard = NULL) {
  blocks$first[slots] <- first
  blocks$count[slots] <- count
  blocks$payload[slots] <- payload
  blocks$sent[slots] <- sent
  blocks$heard[slots] <- if (is.null(heard)) list(NULL) else heard
  blocks$outstanding <- blocks$outstanding + length(slots)
  blocks$bytes <- blocks$bytes + sum(lengths(payload))
}

# The id of a block of several iterations is marked: a lost one is sent again in
# parts.
block_ids <- function(blocks, slots) {
  mark <- c("", "+")[(blocks$count[slots] > 1) + 1L]
  sprintf("%d:%.0f%s", slots, blocks$first[slots], mark)
}

# Slots by ids; NA for those that are forgotten already.
find_ids <- function(blocks, ids) {
  slots <- as.integer(sub(":.*", "", ids))
  slots[!is_kept(blocks, slots) | block_ids(blocks, slots) != ids] <- NA
  slots
}

# Whether results are those of blocks that are not forgotten, each once.
is_wanted <- function(blocks, slots, first, count) {
  wanted <- is_kept(blocks, slots) & blocks$first[slots] == first &
    blocks$count[slots] == count
  if (length(slots) > 1) wanted & !duplicated(slots) else wanted
}

is_kept <- function(blocks, slots) {
  slots <= length(blocks$count) & blocks$count[slots] > 0
}

forget_blocks <- function(blocks, slots) {
  blocks$outstanding <- blocks$outstanding - length(slots)
  blocks$bytes <- blocks$bytes - sum(lengths(blocks$payload[slots]))
  blocks$count[slots] <- 0L
  blocks$payload[slots] <- list(NULL)
  blocks$sent[slots] <- list(NULL)
  blocks$free <- c(blocks$free, slots)
}

kept_slots <- function(blocks) which(blocks$count > 0)
