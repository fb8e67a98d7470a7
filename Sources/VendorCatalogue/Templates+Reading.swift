import ConfigTree

extension TextTemplate {
    /// The template, or `nil` with the fault noted.
    package init?(_ source: String, at place: ConfigPlace, _ problems: ConfigProblems) {
        do {
            try self.init(source)
        } catch {
            problems.add(error.sentence, at: place)
            return nil
        }
    }
}

extension URLTemplate {
    /// The template, or `nil` with the fault noted.
    package init?(_ source: String, at place: ConfigPlace, _ problems: ConfigProblems) {
        do {
            try self.init(source)
        } catch {
            problems.add(error.sentence, at: place)
            return nil
        }
    }
}
