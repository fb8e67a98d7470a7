import Provisioning

/// What was asked for, and how far each of it is. Bounded: of those that are done the oldest are forgotten.
struct ResyncJobs {
    static let mostRunning = 8
    static let mostKept = 32

    private struct Job {
        let name: String
        let total: Int
        var results: [ResyncResult] = []
        var taken = 0

        var isDone: Bool { results.count >= total }
    }

    /// The oldest first.
    private var jobs: [Job] = []

    /// - Returns: the name, or `nil` where too many are under way.
    mutating func begin(_ name: String, total: Int) -> String? {
        guard jobs.count(where: { !$0.isDone }) < ResyncJobs.mostRunning else { return nil }
        if jobs.count >= ResyncJobs.mostKept, let oldest = jobs.firstIndex(where: \.isDone) { jobs.remove(at: oldest) }
        jobs.append(Job(name: name, total: total))
        return name
    }

    mutating func finish(_ name: String, _ result: ResyncResult) {
        guard let place = jobs.firstIndex(where: { $0.name == name }) else { return }
        jobs[place].results.append(result)
        if result.outcome.isTaken { jobs[place].taken += 1 }
    }

    func progress(_ name: String, from place: Int) -> ResyncProgress? {
        guard let job = jobs.first(where: { $0.name == name }) else { return nil }
        return ResyncProgress(
            total: job.total, finished: job.results.count, taken: job.taken, results: Array(job.results.dropFirst(max(0, place))))
    }
}
