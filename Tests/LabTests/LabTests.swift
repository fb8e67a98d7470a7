import Testing

/// Every test that needs a network of its own: real clients, real wires, one daemon as users run it.
///
/// In each group one after the other, since each starts programs that want the processor for themselves, and mostly waits for them.
@Suite enum LabTests {
    /// What is heard and said: DHCP, SIP PnP, check-sync, and why a phone is stuck.
    @Suite(.serialized) enum Wire {}
    /// What is served and shown: files, pages, commands, and whole boots.
    @Suite(.serialized) enum Files {}
}

/// What the tests of one suite share: made before the first of them, checked and removed after the last.
protocol Scene: Sendable {
    init(_ lab: Lab) throws
    /// What must hold over the whole suite. Failures are recorded as the suite's.
    func check() throws
}

extension Scene {
    func check() throws {}
}

/// Makes a lab for a suite and removes it, whatever became of the tests.
struct InScene: SuiteTrait, TestScoping {
    @TaskLocal static var current: (any Scene)?
    let type: any Scene.Type

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let lab = try Lab()
        defer { lab.remove() }
        let scene = try type.init(lab)
        try await InScene.$current.withValue(scene) { try await function() }
        try scene.check()
    }
}

extension Trait where Self == InScene {
    static func scene(_ type: any Scene.Type) -> Self { InScene(type: type) }
}

/// The scene of the suite that a test belongs to.
func scene<Wanted: Scene>(_: Wanted.Type = Wanted.self) -> Wanted {
    guard let scene = InScene.current as? Wanted else { preconditionFailure("the suite lacks .scene(\(Wanted.self).self)") }
    return scene
}

/// Why a test of the lab cannot go on, in a sentence.
struct LabFailure: Error, CustomStringConvertible {
    let description: String

    init(_ sentence: String) {
        description = sentence
    }
}
