import ConfigTree

/// A name that phones ask for, and the name in the tree that they get where there is none such: `SEP{MAC}.cnf.xml` to `cisco.xml`.
package struct FileAlias: Hashable, Sendable {
    package let asked: ShapePattern
    /// With `{mac}`, `{MAC}`, `{model}`, `{MODEL}` and `{version}`, for what the asked name has there, else for what is known of the phone.
    package let meant: TextWithFacts

    /// - Parameters:
    ///   - asked: a pattern for the last part of the path; with a `/` in it, for the whole path beneath the root.
    ///   - meant: the name that stands for it in the same folder; with a `/` in the pattern, a path beneath the root.
    package init(_ asked: String, to meant: String) throws(TextTemplate.Fault) {
        guard let pattern = ShapePattern(asked) else {
            throw .init(sentence: "\"\(asked)\" is no pattern of text, *, ?, {mac}, {model}, {version} and {uuid}")
        }
        let filled = ["{mac}", "{MAC}", "{model}", "{MODEL}", "{version}"].reduce(meant) { $0.replacingEach($1, with: "x") }
        guard !filled.contains(where: { "{}*?\\".contains($0) }) else {
            throw .init(
                sentence: "\"\(meant)\" is no name of a file: beside plain text it can hold {mac} {MAC} {model} {MODEL} {version}"
            )
        }
        let steps = filled.split(separator: "/", omittingEmptySubsequences: false)
        guard !steps.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }),
            !filled.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f })
        else { throw .init(sentence: "\"\(meant)\" is no path beneath the root") }
        self.asked = pattern
        self.meant = TextWithFacts(meant)
    }

    /// Reads `aliases`, a group whose keys are the names asked for.
    package static func read(_ node: ConfigNode, _ problems: ConfigProblems) -> [FileAlias] {
        guard var map = MapReader(node, as: "aliases", problems) else { return [] }
        return map.allEntries().compactMap { entry in
            guard case .scalar(let meant) = entry.value.content else {
                problems.add("\(entry.key) is \(entry.value.kind); it must be the name of a file in the tree", at: entry.keyPlace)
                return nil
            }
            do throws(TextTemplate.Fault) {
                return try FileAlias(entry.key, to: meant)
            } catch {
                problems.add(error.sentence, at: entry.keyPlace)
                return nil
            }
        }
    }
}

extension String {
    fileprivate func replacingEach(_ piece: String, with other: String) -> String {
        split(separator: piece, omittingEmptySubsequences: false).joined(separator: other)
    }
}
