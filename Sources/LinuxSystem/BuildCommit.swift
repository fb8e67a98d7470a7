import CLinux

/// The commit that this program was built from; empty where it was built from a source archive.
package let buildCommit = String(cString: bellhop_commit())
