import LinuxSystem

/// The version of this program.
package let bellhopVersion = "0.1.0"

/// Version and commit: `0.1.0 (35b9e8af4)`, with a `+` for changes that were not committed.
package var bellhopBuild: String { buildCommit.isEmpty ? bellhopVersion : "\(bellhopVersion) (\(buildCommit))" }
