import Packets
import Provisioning
import Testing

@Suite struct LoginBookTests {
    private static let rows = """
        mac,user,password
        00:04:13:12:34:56,alice,secret
        00:04:13:12:34:57,bob,secret
        00:04:13:12:34:58,bob,another
        00:04:13:12:34:5a,,secret
        """

    @Test(
        arguments: [
            ("alice", "secret", "00:04:13:12:34:56"), ("bob", "secret", "00:04:13:12:34:57"),
            ("bob", "another", "00:04:13:12:34:58"),
            ("alice", "another", nil), ("alice", "secre", nil), ("alice", "secrets", nil), ("alice", "Secret", nil),
            ("alic", "secret", nil),
            ("Alice", "secret", nil), ("carol", "", nil), ("", "secret", nil), ("", "", nil), ("nobody", "secret", nil),
        ] as [(String, String, String?)])
    func `user and password together name a device`(user: String, password: String, expected: String?) throws {
        let logins = try policy(devices: LoginBookTests.rows).logins
        #expect(logins.login(user: user, password: password)?.mac?.colons == expected)
    }
}
