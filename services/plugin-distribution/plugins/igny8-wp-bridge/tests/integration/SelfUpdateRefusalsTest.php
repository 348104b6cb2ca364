<?php
// phpcs:disable
use IGNY8\Bridge\Updates;

/** What does not come from whoever releases the plugin is not installed, and the sentence says why. */
final class SelfUpdateRefusalsTest extends SelfUpdateTestCase {
	/** Expect a refusal that leaves everything as it was. */
	private function refused( string $code, string $hint = '' ): array {
		$result = $this->update( 'bulk' );
		$this->assertSame( [ false, $code, true, '2.0.0', 0 ], [ $result['done'], $result['code'], $result['active'], $this->installed(), $result['left'] ], $result['message'] );
		$this->assertStringContainsString( strtok( Updates\sentence( $code ), '.' ), $result['message'] );
		$this->assertStringContainsString( $hint, $result['message'] );
		$this->assertSame( '2.0.0', $this->answering() );
		return $result;
	}

	public function test_without_release_keys(): void {
		unlink( self::folder() . '/release-keys.json' );
		$this->release( $this->package() );
		$this->refused( 'release_keys_missing' );
		$this->assertSame( [], $this->requests_to( '/download' ) );
	}

	public function test_a_key_whose_id_is_not_its_own_is_none(): void {
		file_put_contents( self::folder() . '/release-keys.json', str_replace( Releases::key_id(), Releases::key_id( 'other' ), Releases::keys_file( 'release' ) ) );
		$this->release( $this->package() );
		$this->refused( 'release_keys_missing' );
	}

	public function test_a_key_it_does_not_know(): void {
		$bytes = $this->package();
		$this->release( $bytes, self::NEXT, [ '/download-grant/' => Releases::statement( $bytes, self::NEXT, 'other' ) ] );
		$this->refused( 'unknown_key', Releases::key_id( 'other' ) );
	}

	public function test_a_signature_of_something_else(): void {
		$bytes = $this->package();
		foreach ( [ Releases::statement( $bytes, '2.0.5' )['signature'], Releases::statement( $bytes, self::NEXT, 'other' )['signature'], 'none', '' ] as $signature ) {
			$this->release( $bytes, self::NEXT, [ '/download-grant/' => [ 'signature' => $signature ] ] );
			$this->refused( 'signature_invalid' );
		}
		$this->assertSame( [], $this->requests_to( '/download/' ) );
	}

	public function test_a_file_of_another_size(): void {
		$bytes = $this->package();
		$this->release( $bytes );
		foreach ( [ $bytes . 'x', substr( $bytes, 0, -1 ), $bytes . str_repeat( 'x', 3000000 ), '' ] as $served ) {
			file_put_contents( self::$dir . '/package.zip', $served );
			$this->refused( 'size_mismatch' );
		}
	}

	public function test_a_file_that_was_tampered_with(): void {
		$bytes = $this->package();
		$this->release( $bytes );
		$bytes[1000] = chr( ord( $bytes[1000] ) ^ 1 );
		file_put_contents( self::$dir . '/package.zip', $bytes );
		$this->refused( 'digest_mismatch' );
	}

	public function test_an_older_version_and_the_same(): void {
		foreach ( [ '1.9.0', '2.0.0' ] as $version ) {
			$bytes = $this->package( $version );
			$this->release( $bytes, $version, [ '/check-update/' => [ 'version' => self::NEXT, 'new_version' => self::NEXT ] ] );
			$this->refused( 'not_newer', "offered $version, installed 2.0.0" );
		}
	}

	public function packages(): array {
		$add = function ( $name, $content = 'x' ) {
			return function ( $files ) use ( $name, $content ) {
				return $files + [ $name => $content ];
			};
		};
		$say = function ( $from, $to ) {
			return function ( $files ) use ( $from, $to ) {
				$files['igny8-wp-bridge/igny8-wp-bridge.php'] = str_replace( $from, $to, $files['igny8-wp-bridge/igny8-wp-bridge.php'] );
				return $files;
			};
		};
		return [
			'another root'        => [ null, 'hello-dolly/', 'hello-dolly' ],
			'a second root'       => [ $add( 'hello/hello.php' ), 'hello/hello.php' ],
			'out of the folder'   => [ $add( 'igny8-wp-bridge/../hello.php' ), '..' ],
			'a link'              => [ $add( 'igny8-wp-bridge/passwd', [ 'link', '/etc/passwd' ] ), 'is a link' ],
			'an absolute name'    => [ $add( '/etc/cron.d/x' ), '/etc/cron.d/x' ],
			'a backslash'         => [ $add( 'igny8-wp-bridge/..\\x.php' ), '..' ],
			'another name'        => [ $say( 'IGNY8 WordPress Bridge', 'Hello Dolly' ), 'Hello Dolly' ],
			'another version'     => [ $say( self::NEXT, '2.2.0' ), '2.2.0' ],
			'too many entries'    => [ function ( $files ) { foreach ( range( 1, 2100 ) as $i ) { $files["igny8-wp-bridge/$i"] = ''; } return $files; }, '2000 entries' ],
			'a bomb'              => [ $add( 'igny8-wp-bridge/bomb', str_repeat( "\0", 70000000 ) ), '67108864 bytes' ],
			'no main file'        => [ function ( $files ) { unset( $files['igny8-wp-bridge/igny8-wp-bridge.php'] ); return $files; }, 'main file' ],
		];
	}

	/** @dataProvider packages */
	public function test_a_package_of_something_else( ?callable $change, string $hint, string $root = 'igny8-wp-bridge' ): void {
		$bytes = $this->package( self::NEXT, $change, $root );
		$file  = tempnam( sys_get_temp_dir(), 'igny8' );
		file_put_contents( $file, $bytes );
		$with_pclzip = $this->pclzip( $file );
		unlink( $file );
		if ( 'a link' !== $this->dataName() ) {
			$this->assertNotSame( '', $with_pclzip, 'PclZip sees it too; of links it makes files.' );
		}
		$this->release( $bytes );
		$this->refused( 'foreign_package', $hint );
	}

	/** Look at a package as a PHP without the extension does. */
	private function pclzip( string $file ): string {
		$found   = Updates\look_with_pclzip( $file );
		$problem = Updates\problem_with_entries( $found['entries'] );
		return '' !== $problem ? $problem : Updates\problem_with_header( $found['header'], self::NEXT );
	}

	public function test_no_zip_at_all_and_a_good_one_by_pclzip(): void {
		$this->release( 'This is no ZIP.' );
		$this->refused( 'foreign_package', 'no ZIP' );
		file_put_contents( $file = tempnam( sys_get_temp_dir(), 'igny8' ), $this->package() );
		$this->assertSame( '', $this->pclzip( $file ) );
		unlink( $file );
	}

	public function test_a_genuine_package_of_another_version_than_was_offered(): void {
		$bytes = $this->package( '2.2.0' );
		$this->release( $bytes, '2.2.0', [ '/check-update/' => [ 'version' => self::NEXT, 'new_version' => self::NEXT ] ] );
		$this->refused( 'foreign_package', '2.2.0' );
	}

	public function test_a_log_that_was_forged(): void {
		$bytes = $this->package();
		$good  = Releases::log( [ [ 'release', '1.9.0' ], [ 'release', '2.0.0' ], [ 'release', self::NEXT, $bytes ] ] );
		$other = Releases::log( [ [ 'release', '1.9.0', '', 'other' ], [ 'release', '2.0.0' ], [ 'release', self::NEXT, $bytes ] ] );
		$logs  = [
			'a changed entry'    => [ 1 => [ 'version' => '2.0.1' ] ],
			'a wrong signature'  => [ 2 => [ 'signature' => $good[1]['signature'] ] ],
			'a wrong hash'       => [ 2 => [ 'hash' => $good[1]['hash'] ] ],
			'another past'       => [ 1 => [ 'previous' => $other[1]['previous'], 'hash' => $other[1]['hash'] ] ],
			'a number too much'  => [ 1 => [ 'index' => 2 ] ],
			'no numbers'         => [ 1 => [ 'size' => '1' ] ],
		];
		foreach ( $logs as $what => $change ) {
			$this->release( $bytes, self::NEXT, [ 'entries' => array_replace_recursive( $good, $change ) ] );
			$this->refused( 'log_forged' );
			$this->assertFalse( get_site_option( Updates\LOG_OPTION ), $what );
		}
	}

	public function test_a_log_that_does_not_go_on_from_what_was_seen(): void {
		$bytes = $this->package();
		$told  = [ [ 'release', '2.0.0' ], [ 'release', '2.0.1' ], [ 'withdraw', '2.0.1' ] ];
		$this->release( $bytes, self::NEXT, [ 'entries' => Releases::log( $told ) ] );
		$this->refused( 'not_in_log' );
		$this->assertSame( 2, get_site_option( Updates\LOG_OPTION )['index'], 'What was seen is remembered, though nothing was installed.' );
		foreach ( [ [ [ 'release', '2.0.0' ], [ 'release', self::NEXT, $bytes ] ], [ [ 'release', '2.0.0' ], [ 'release', '2.0.1' ], [ 'release', self::NEXT, $bytes ] ], [] ] as $rewritten ) {
			$this->said['entries'] = Releases::log( $rewritten );
			$this->say();
			$this->refused( 'log_forged' );
		}
		$this->said['entries'] = Releases::log( array_merge( $told, [ [ 'release', self::NEXT, $bytes ] ] ) );
		$this->say();
		$this->assertTrue( $this->update( 'bulk' )['done'] );
	}

	public function test_what_the_log_does_not_have_or_has_otherwise_or_took_back(): void {
		$bytes = $this->package();
		foreach ( [ 'not_in_log' => [ [ 'release', self::NEXT, 'other bytes' ] ], 'withdrawn' => [ [ 'beta', self::NEXT, $bytes ], [ 'release', self::NEXT, $bytes ], [ 'withdraw', self::NEXT, $bytes ] ] ] as $code => $told ) {
			delete_site_option( Updates\LOG_OPTION );
			$this->release( $bytes );
			$this->said['entries'] = Releases::log( $told );
			$this->say();
			$this->refused( $code, self::NEXT );
		}
	}

	public function test_the_platforms_own_refusal_is_shown(): void {
		$this->release( $this->package(), self::NEXT, [ 'refuse' => [ '/download-grant/' => 'grant_refused' ] ] );
		$this->assertStringContainsString( 'No.', $this->run_with_code( 'grant_refused' ) );
		$this->release( $this->package(), self::NEXT, [ 'refuse' => [ '/download/' => 'grant_expired' ] ] );
		$this->assertStringContainsString( 'No.', $this->run_with_code( 'grant_expired' ) );
		foreach ( [ [ 'size' => 0 ], [ 'size' => 999999999 ], [ 'sha256' => 'x' ], [ 'url' => '' ], [ 'version' => [] ] ] as $change ) {
			$this->release( $this->package() );
			$this->said['/download-grant/'] = $change + $this->said['/download-grant/'];
			$this->say();
			$this->run_with_code( 'unexpected_answer' );
		}
	}

	private function run_with_code( string $code ): string {
		$result = $this->update( 'bulk' );
		$this->assertSame( [ false, $code, '2.0.0', 0 ], [ $result['done'], $result['code'], $this->installed(), $result['left'] ], $result['message'] );
		return $result['message'];
	}
}
