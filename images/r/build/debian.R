debian_owns_r <- function() {
  r <- file.path(R.home("bin"), "R")
  system2("dpkg-query", c("-S", r), stdout = FALSE, stderr = FALSE) == 0
}

debian_name <- function(name) paste0("r-cran-", tolower(name))

upstream_version <- function(version) {
  version <- sub("-[^-]*$", "", sub("^[0-9]+:", "", version))
  sub("[+~].*", "", version)
}

# Versions of the ready-made packages, by Debian's name for them.
debian_versions <- function() {
  if (!debian_owns_r()) return(character())
  if (system2("apt-get", c("update", "-qq")) != 0) {
    fail("apt-get update failed: see above")
  }
  names <- system2("apt-cache", c("pkgnames", "r-cran-"), stdout = TRUE)
  if (!length(names)) return(character())
  text <- system2("apt-cache", c("policy", names), stdout = TRUE)
  candidate <- grep("^ *Candidate:", text, value = TRUE)
  candidate <- sub("^ *Candidate: *", "", candidate)
  names(candidate) <- sub(":$", "", grep("^r-cran", text, value = TRUE))
  vapply(candidate[candidate != "(none)"], upstream_version, "")
}
