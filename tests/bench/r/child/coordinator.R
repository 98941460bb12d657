# coordinator.R SIDE TASKS FILE: a coordinator of its own, whose workers run
# already. Writes into FILE once all values are there.
suppressPackageStartupMessages(library(foreach))
for (file in c("register.R", "warm.R", "clock.R")) source(file)
for (file in list.files("sides", full.names = TRUE)) source(file)

args <- commandArgs(TRUE)
side <- list(rcluster = side_rcluster, doredis = side_doredis)[[args[1]]]()
side$prepare()
n <- as.integer(args[2])
invisible(side$loop(1:4, identity))
writeLines("ready", args[3])
stopifnot(length(side$loop(seq_len(n), identity)) == n)
writeLines("done", args[3])
