import Foundation

/// How large the tests of load are. Every run of the tests has them small; `make soak` has them whole, with the release build, and prints
/// what they came to. `SOAK_` and a name in the environment is a size of one's own.
package enum Soak {
    private static let environment = ProcessInfo.processInfo.environment
    package static let isWhole = environment["SOAK"] == "1"

    package static func size(_ name: String, usual: Int, whole: Int) -> Int {
        environment["SOAK_\(name)"].flatMap { Int($0) } ?? (isWhole ? whole : usual)
    }

    /// A line of figures, for whoever asked for the whole.
    package static func say(_ figures: String) {
        if isWhole { FileHandle.standardError.write(Data("soak: \(figures)\n".utf8)) }
    }
}
