# A hundred tasks on the cluster. On the master foreach is attached and its
# backend registered already, so this is all that a script needs to say.

results <- foreach(i = 1:100, .combine = rbind) %dopar% {
  Sys.sleep(0.01)
  data.frame(value = runif(1), worker = Sys.info()[["nodename"]])
}

cat(sprintf(
  "%d tasks done, mean of their values %.3f\n\n",
  nrow(results), mean(results$value)
))
tasks <- as.data.frame(table(worker = results$worker), responseName = "tasks")
print(tasks, row.names = FALSE)
