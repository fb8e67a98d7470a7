/// One mistake in a configuration: where it stands, and what is wrong and what would be right.
package struct ConfigProblem: Error, Hashable, Sendable {
    package let place: ConfigPlace
    package let sentence: String

    package init(_ sentence: String, at place: ConfigPlace) {
        self.sentence = sentence
        self.place = place
    }
}

extension ConfigProblem: CustomStringConvertible {
    /// `FILE:LINE: sentence`
    package var description: String { "\(place): \(sentence)" }
}

/// Collects every mistake of one reading, so that a user mends them all at once.
package final class ConfigProblems {
    package private(set) var all: [ConfigProblem] = []

    package init() {}

    package func add(_ sentence: String, at place: ConfigPlace) {
        all.append(ConfigProblem(sentence, at: place))
    }

    package func add(_ problem: ConfigProblem) {
        all.append(problem)
    }

    package var isEmpty: Bool { all.isEmpty }

    /// The mistakes in the order of files and lines, each once.
    package var inOrder: [ConfigProblem] {
        var seen: Set<ConfigProblem> = []
        return all.filter { seen.insert($0).inserted }
            .sorted { ($0.place.file, $0.place.line) < ($1.place.file, $1.place.line) }
    }
}
