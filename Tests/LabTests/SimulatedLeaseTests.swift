import Testing

extension LabTests.Wire {
    /// RFC 2131 §4.4.5, by the simulated phone.
    @Suite(.scene(LeaseScene.self)) struct SimulatedLeaseTests {
        private let lab: LeaseScene = scene()

        @Test func `D13 phonesim keeps its address while it stays, and asks everybody where the server is silent`() throws {
            let bellhop = try lab.bellhop(LeaseScene.configuration(rules: LeaseScene.hasty), isNew: true)
            defer { bellhop.program.end() }
            let phone = lab.phone
            let before = try lab.history(phone).count
            let simulated = try phone.start(
                Bellhop.binary("phonesim"), "--interface", "lab0", "--lease", "--discover", "inform", "--no-get", "--stay", "600")
            defer { simulated.end() }
            try lab.expect(bellhop, 3, leasesOf: phone, simulated)
            bellhop.program.end()
            try simulated.wait(for: "by REQUEST to 255.255.255.255")
            let history = Array(try lab.history(phone).dropFirst(before))
            for state in ["discover answered", "selecting answered", "renewing answered", "rebinding"] {
                #expect(history.contains(state), "\(state) is not in \(history)")
            }
            #expect(Set(bellhop.log("lease.given", mac: phone.mac).map { $0["address"] }).count == 1)
        }
    }
}
