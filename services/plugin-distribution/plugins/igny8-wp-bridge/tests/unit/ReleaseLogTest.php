<?php
// phpcs:disable
use IGNY8\Bridge\Updates;
use PHPUnit\Framework\TestCase;

/** The log of releases across keys that are replaced, pages, and what was seen before. */
final class ReleaseLogTest extends TestCase {
	private function keys( string ...$names ): array {
		return Updates\read_keys( Releases::keys_file( ...$names ) );
	}

	/** Follow a log from its beginning, and judge a package by it: its code, or '' if it is good. */
	private function judged( array $told, array $keys, string $version = '2.1.0' ): string {
		$begin   = [ 'sure' => Updates\BEGINNING, 'now' => Updates\BEGINNING ];
		$walk    = Updates\follow_log( $begin, Updates\BEGINNING, Releases::log( $told ), $keys );
		$verdict = null === $walk ? null : Updates\judge_by_log( $walk, [ 'version' => $version, 'sha256' => hash( 'sha256', "bytes of $version" ), 'size' => strlen( "bytes of $version" ) ] );
		return null === $walk ? 'log_forged' : ( true === $verdict ? '' : $verdict->get_error_code() );
	}

	public function logs(): array {
		$old = [ 2 => 'bytes of 2.0.0', 3 => 'old' ];
		return [
			'a release'                                => [ [ [ 'release', '2.1.0' ] ], '' ],
			'a beta'                                   => [ [ [ 'beta', '2.1.0' ] ], '' ],
			'nothing'                                  => [ [], 'not_in_log' ],
			'other versions'                           => [ [ [ 'release', '2.0.0' ], [ 'release', '2.2.0' ] ], 'not_in_log' ],
			'other bytes'                              => [ [ [ 'release', '2.1.0', 'others' ] ], 'not_in_log' ],
			'taken back'                               => [ [ [ 'release', '2.1.0' ], [ 'withdraw', '2.1.0' ] ], 'withdrawn' ],
			'taken back and released again'            => [ [ [ 'release', '2.1.0' ], [ 'withdraw', '2.1.0' ], [ 'release', '2.1.0' ] ], '' ],
			'another was taken back'                   => [ [ [ 'release', '2.0.5' ], [ 'release', '2.1.0' ], [ 'withdraw', '2.0.5' ] ], '' ],
			'a past under a key that was replaced'     => [ [ [ 'release', '2.0.0' ] + $old, [ 'release', '2.1.0' ] ], '' ],
			'nothing but a key nobody knows'           => [ [ [ 'release', '2.1.0', 'bytes of 2.1.0', 'old' ] ], 'not_in_log' ],
			'under a later known one'                  => [ [ [ 'release', '2.1.0', 'bytes of 2.1.0', 'old' ], [ 'release', '2.2.0' ] ], '' ],
			'a future under a new key'                 => [ [ [ 'release', '2.1.0' ], [ 'release', '2.2.0', 'bytes of 2.2.0', 'new' ] ], '' ],
			'taken back under a new key'               => [ [ [ 'release', '2.1.0' ], [ 'withdraw', '2.1.0', 'bytes of 2.1.0', 'new' ] ], 'withdrawn' ],
			'taken back, and brought back by a stranger' => [ [ [ 'release', '2.1.0' ], [ 'withdraw', '2.1.0' ], [ 'release', '2.1.0', 'bytes of 2.1.0', 'new' ] ], 'withdrawn' ],
			'an action nobody knows'                   => [ [ [ 'bless', '2.1.0' ] ], 'log_forged' ],
			'a version of two lines'                   => [ [ [ 'release', "2.1.0\n" ] ], 'log_forged' ],
		];
	}

	/** @dataProvider logs */
	public function test_a_package_is_judged_by_the_log( array $told, string $code ): void {
		$this->assertSame( $code, $this->judged( $told, $this->keys( 'release' ) ) );
	}

	public function test_any_changed_field_is_a_forgery(): void {
		$good = Releases::log( [ [ 'release', '2.0.0' ], [ 'release', '2.1.0' ] ] );
		foreach ( [ 'index' => 5, 'previous' => str_repeat( '1', 64 ), 'action' => 'beta', 'version' => '2.1.1', 'sha256' => str_repeat( '2', 64 ), 'size' => 7, 'at' => '2026-01-01T00:00:00Z', 'signature' => base64_encode( str_repeat( 'x', 64 ) ), 'hash' => '', 'key_id' => [] ] as $field => $value ) {
			$bad                = $good;
			$bad[1][ $field ] = $value;
			$begin              = [ 'sure' => Updates\BEGINNING, 'now' => Updates\BEGINNING ];
			$this->assertNull( Updates\follow_log( $begin, Updates\BEGINNING, $bad, $this->keys( 'release' ) ), $field );
		}
	}

	public function test_what_is_remembered_reaches_as_far_as_a_known_key_signed(): void {
		$begin = [ 'sure' => Updates\BEGINNING, 'now' => Updates\BEGINNING ];
		$walk  = Updates\follow_log( $begin, Updates\BEGINNING, Releases::log( [ [ 'release', '2.0.0' ], [ 'release', '2.1.0' ], [ 'release', '2.2.0', 'x', 'new' ] ] ), $this->keys( 'release' ) );
		$this->assertSame( [ 1, 2 ], [ $walk['sure']['index'], $walk['now']['index'] ] );
	}

	public function test_the_last_entry_that_was_seen_has_to_be_shown_again(): void {
		$told  = [ [ 'release', '2.0.0' ], [ 'release', '2.0.1' ] ];
		$begin = [ 'sure' => Updates\BEGINNING, 'now' => Updates\BEGINNING ];
		$seen  = Updates\follow_log( $begin, Updates\BEGINNING, Releases::log( $told ), $this->keys( 'release' ) )['sure'];
		$again = [ 'sure' => $seen, 'now' => Updates\step_back( $seen ) ];
		$this->assertSame( 0, $again['now']['index'] );
		$longer = array_slice( Releases::log( array_merge( $told, [ [ 'release', '2.1.0' ] ] ) ), 1 );
		$this->assertSame( 2, Updates\follow_log( $again, $seen, $longer, $this->keys( 'release' ) )['sure']['index'] );
		$forked = array_slice( Releases::log( [ $told[0], [ 'release', '2.1.0' ] ] ), 1 );
		$this->assertNull( Updates\follow_log( $again, $seen, $forked, $this->keys( 'release' ) ) );
	}

	public function test_keys_are_known_by_their_digest(): void {
		$this->assertSame( [ Releases::key_id() ], array_keys( $this->keys( 'release' ) ) );
		foreach ( [ '', 'x', '[]', '{"keys": []}', '{"keys": {"0123456789abcdef": "' . base64_encode( str_repeat( 'k', 32 ) ) . '"}}', '{"keys": {"0123456789abcdef": 5}}' ] as $json ) {
			$this->assertSame( [], Updates\read_keys( $json ) );
		}
	}

	public function test_a_statement_is_for_its_fields_alone(): void {
		$made = Releases::statement( 'bytes', '2.1.0' );
		$keys = $this->keys( 'release' );
		$this->assertTrue( Updates\judge_statement( $made, $keys ) );
		foreach ( [ 'version' => '2.1.1', 'size' => 6, 'sha256' => str_repeat( 'a', 64 ) ] as $field => $value ) {
			$this->assertSame( 'signature_invalid', Updates\judge_statement( [ $field => $value ] + $made, $keys )->get_error_code() );
		}
		$this->assertSame( 'unknown_key', Updates\judge_statement( $made, $this->keys( 'new' ) )->get_error_code() );
	}
}
