<?php
// phpcs:disable
use IGNY8\Bridge\Updates;

/** A build that makes requests fail is put back by the guard, by requests that really die over HTTP. */
final class GuardTest extends SelfUpdateTestCase {
	const GUARD = WPMU_PLUGIN_DIR . '/igny8-wp-bridge-guard.php';

	private function broken( string $code ): callable {
		return function ( $files ) use ( $code ) {
			$files['igny8-wp-bridge/igny8-wp-bridge.php'] .= "\n$code\n";
			return $files;
		};
	}

	private function install_broken( string $code ): void {
		$this->release( $this->package( self::NEXT, $this->broken( $code ) ) );
		$this->run_broken_updater();
		$this->assertFileExists( self::GUARD );
		$this->assertSame( self::NEXT, $this->installed() );
	}

	private function run_broken_updater(): void {
		$result = $this->update( 'bulk' );
		$this->assertSame( [ true, '' ], [ $result['done'], $result['code'] ], $result['message'] );
	}

	private function visit( string $path = '/' ): int {
		$status = (int) wp_remote_retrieve_response_code( wp_remote_get( home_url( $path ), [ 'timeout' => 30 ] ) );
		wp_cache_flush();
		clearstatcache( true );
		return $status;
	}

	private function notes( ?array $change = null ): array {
		$file  = Updates\guard_folder() . '/notes.php';
		$text  = is_file( $file ) ? file_get_contents( $file ) : '';
		$notes = (array) json_decode( substr( $text, (int) strpos( $text, "\n" ) ), true );
		if ( null !== $change ) {
			file_put_contents( $file, "<?php exit; ?>\n" . json_encode( $change + $notes ) );
		}
		return $notes;
	}

	public function errors(): array {
		return [
			'an exception'      => [ 'throw new \\RuntimeException( "Broken at once" );', 'Broken at once' ],
			'a parse error'     => [ 'this is no PHP', 'syntax error' ],
			'a missing file'    => [ 'require __DIR__ . "/inc/not-there.php";', 'not-there.php' ],
			'a later error'     => [ 'add_action( "wp_loaded", function () { no_such_function(); } );', 'no_such_function' ],
			'an unheard-of hook' => [ 'add_action( "wp_loaded", "IGNY8\\\\Bridge\\\\no_such_function" );', 'no_such_function' ],
		];
	}

	/** @dataProvider errors */
	public function test_a_build_that_makes_requests_fail_is_put_back( string $code, string $said ): void {
		$this->install_broken( $code );
		$this->assertSame( 500, $this->visit(), 'The first visitor sees it.' );
		$this->assertSame( '2.0.0', $this->installed() );
		$this->assertSame( 200, $this->visit(), 'The next one does not.' );
		$this->assertSame( '2.0.0', $this->answering() );
		$this->assertTrue( is_plugin_active( self::file() ) );
		$this->assertFileExists( self::folder() . '/release-keys.json' );
		$this->assertSame( [ false, false ], [ file_exists( self::GUARD ), is_dir( Updates\guard_folder() ) ] );

		$failure = Updates\failure();
		$this->assertSame( self::NEXT, $failure['version'] );
		$this->assertStringContainsString( $said, $failure['error'] );
		for ( $i = 0; $i < 100 && ! $this->requests_to( '/register/' ); $i++ ) {
			usleep( 50000 );
		}
		$told = json_decode( $this->requests_to( '/register/' )[0]['body'], true );
		$this->assertSame( [ '2.0.0', 'error', self::NEXT ], [ $told['plugin_version'], $told['status'], $told['metadata']['failed_version'] ] );
		$this->assertStringContainsString( $said, $told['metadata']['error'] );
	}

	public function test_what_failed_is_not_offered_again_unless_a_person_asks(): void {
		$this->install_broken( 'throw new \\RuntimeException( "Broken" );' );
		$this->visit();
		$this->visit();
		$this->assertSame( '', $this->shown(), 'WordPress forgets the offer.' );
		delete_site_transient( 'update_plugins' );
		wp_update_plugins();
		$this->assertSame( '', $this->shown() );
		$this->assertTrue( Updates\offered()['failed'] );
		Updates\check_now( false );
		$this->assertSame( '', $this->shown(), 'Not by the platform\'s wish either.' );
		$this->assertTrue( Updates\check_now()['update_available'] );
		$this->assertSame( self::NEXT, $this->shown() );
		update_site_option( 'auto_update_plugins', [ self::file() ] );
		$this->assertStringContainsString( Updates\sentence( 'failed_before' ), $this->run_updater( 'auto' )['message'], 'The background updater is nobody.' );
		$this->assertSame( '2.0.0', $this->installed() );
		$mended = $this->package( '2.1.1' );
		$this->release( $mended, '2.1.1', [ 'entries' => Releases::log( [ [ 'release', '2.1.1', $mended ] ], $this->said['entries'] ) ] );
		Updates\check_now( false );
		$this->assertSame( '2.1.1', $this->shown(), 'The next version is another matter.' );
		$this->assertTrue( $this->run_updater( 'bulk' )['done'] );
		$this->assertSame( '2.1.1', $this->answering() );
	}

	public function test_a_good_build_proves_itself(): void {
		$this->release( $this->package() );
		$this->run_broken_updater();
		$this->assertSame( [ '2.0.0', self::NEXT, 'watching' ], [ $this->notes()['from'], $this->notes()['to'], Updates\guard_state()['state'] ] );
		$this->assertFileExists( Updates\guard_folder() . '/previous/igny8-wp-bridge.php' );
		$this->assertContains( $this->visit( '/wp-content/upgrade-igny8-wp-bridge/notes.php' ), [ 200, 403, 404 ] );
		$this->visit();
		$this->visit();
		$this->assertSame( 1, $this->notes()['good'], 'One request in three seconds counts.' );
		$this->notes( [ 'counted_at' => 0, 'good' => 19 ] );
		$this->visit();
		$this->assertSame( 20, $this->notes()['good'] );
		$this->visit();
		$this->assertSame( [ false, false ], [ file_exists( self::GUARD ), is_dir( Updates\guard_folder() ) ] );
		$this->assertSame( self::NEXT, $this->answering() );
		$this->assertSame( 'ready', Updates\guard_state()['state'] );
	}

	public function test_many_requests_that_send_it_away_at_once_are_all_served(): void {
		$this->release( $this->package() );
		$this->run_broken_updater();
		foreach ( range( 1, 5 ) as $time ) {
			Updates\place_guard( self::NEXT );
			$this->notes( [ 'good' => 20, 'seen_at' => time() ] );
			$answers = Platform::send( array_map( function () { return Platform::handle( 'GET', '/status', [], '', [] ); }, range( 1, 4 ) ) );
			$this->assertSame( [ 401, 401, 401, 401 ], array_column( $answers, 'status' ), "Time $time: they are refused for want of a signature, and none died." );
			$this->assertDirectoryDoesNotExist( Updates\guard_folder() );
		}
	}

	public function test_an_hour_with_a_good_request_is_enough_and_without_one_is_not(): void {
		$this->release( $this->package() );
		$this->run_broken_updater();
		$this->notes( [ 'begun_at' => time() - 4000, 'seen_at' => time() - 3900, 'good' => 0 ] );
		$this->visit();
		$this->assertSame( 1, $this->notes()['good'], 'Nobody came for an hour.' );
		$this->visit();
		$this->assertFileDoesNotExist( self::GUARD );
	}

	public function test_other_plugins_errors_are_not_its_own(): void {
		$this->release( $this->package() );
		$this->run_broken_updater();
		$this->with_mu_plugin( 'add_action( "init", function () { throw new RuntimeException( "Somebody else" ); } );', function () {
			$this->assertSame( 500, $this->visit() );
		} );
		$this->assertSame( [ self::NEXT, 0 ], [ $this->installed(), $this->notes()['good'] ?? 0 ] );
	}

	public function test_an_update_soon_after_another_is_watched_as_well(): void {
		$this->release( $this->package() );
		$this->run_broken_updater();
		$this->visit();
		$entries = Releases::log( [ [ 'release', '2.2.0', $broken = $this->package( '2.2.0', $this->broken( 'throw new \\RuntimeException( "Broken" );' ) ) ] ], $this->said['entries'] );
		$this->release( $broken, '2.2.0', [ 'entries' => $entries ] );
		Updates\check_now( false );
		$result = $this->run_updater( 'bulk' );
		$this->assertTrue( $result['done'], $result['message'] );
		$this->assertSame( [ '2.2.0', 0 ], [ $this->notes()['to'], $this->notes()['good'] ?? 0 ], 'The request that updates is not the new build\'s.' );
		$this->assertSame( [ 500, 200, self::NEXT ], [ $this->visit(), $this->visit(), $this->installed() ] );
		$this->assertSame( '2.2.0', Updates\failure()['version'] );
	}

	public function test_memory_that_ran_out_counts_from_the_third_time(): void {
		$this->install_broken( 'add_action( "wp_loaded", function () { if ( isset( $_GET["hungry"] ) ) { ini_set( "memory_limit", "64M" ); $GLOBALS["x"] = str_repeat( "x", 1 << 30 ); } } );' );
		foreach ( [ self::NEXT, self::NEXT, '2.0.0' ] as $installed ) {
			$this->assertSame( 500, $this->visit( '/?hungry=1' ) );
			$this->assertSame( $installed, $this->installed() );
		}
	}

	public function test_wordpress_own_trial_is_left_to_it(): void {
		$this->install_broken( 'if ( isset( $_GET["trial"] ) ) { define( "WP_SANDBOX_SCRAPING", true ); throw new \\RuntimeException( "On trial" ); }' );
		$this->assertSame( 500, $this->visit( '/?trial=1' ) );
		$this->assertSame( self::NEXT, $this->installed(), 'Nothing is put back in a trial.' );
		$this->assertStringContainsString( 'On trial', $this->notes()['error'] );
		self::put_plugin_back();
		$this->trust( 'release' );
		$this->visit();
		$this->visit();
		$this->assertSame( self::NEXT, Updates\failure()['version'], 'WordPress has put the old build back, and that is remembered.' );
		$this->assertFileDoesNotExist( self::GUARD );
	}

	public function test_a_restoration_that_died_half_way_is_finished_by_the_next_request(): void {
		$this->install_broken( 'throw new \\RuntimeException( "Broken" );' );
		rename( self::folder(), Updates\guard_folder() . '/failed' );
		$this->notes( [ 'phase' => 'restoring', 'error' => 'Died' ] );
		$this->assertSame( 200, $this->visit() );
		$this->assertSame( [ '2.0.0', 'Died' ], [ $this->installed(), Updates\failure()['error'] ] );
		$this->assertDirectoryDoesNotExist( Updates\guard_folder() );
	}

	public function test_an_update_that_was_cut_off_is_put_back_and_a_folder_a_person_removed_is_not(): void {
		$this->install_broken( '' );
		Updates\delete_folder( self::folder() );
		$this->notes( [ 'begun_at' => time() - 700, 'seen_at' => 0 ] );
		$this->assertSame( 200, $this->visit() );
		$this->assertSame( '2.0.0', $this->installed() );

		Updates\remove_everything();
		$this->install_broken( '' );
		$this->visit();
		Updates\delete_folder( self::folder() );
		$this->assertSame( 200, $this->visit() );
		$this->assertDirectoryDoesNotExist( self::folder() );
		$this->assertFileDoesNotExist( self::GUARD );
	}

	public function test_many_requests_that_die_at_once_put_it_back_once(): void {
		$this->install_broken( 'usleep( 200000 ); throw new \\RuntimeException( "Broken" );' );
		Platform::send( array_map( function () { return Platform::handle( 'GET', '/status', [], '', [] ); }, range( 1, 4 ) ) );
		$this->assertSame( 200, $this->visit() );
		$this->assertSame( [ '2.0.0', '2.0.0', self::NEXT ], [ $this->installed(), $this->answering(), Updates\failure()['version'] ] );
	}

	public function test_without_must_use_plugins_the_update_goes_on_and_site_health_may_say_so(): void {
		$this->release( $this->package() );
		rename( WPMU_PLUGIN_DIR, WPMU_PLUGIN_DIR . '-aside' );
		try {
			file_put_contents( WPMU_PLUGIN_DIR, 'A file is in the way.' );
			chmod( WPMU_PLUGIN_DIR, 0444 );
			update_site_option( Updates\GUARD_OPTION, Updates\place_guard( self::NEXT ) );
			$this->assertNotSame( '', get_site_option( Updates\GUARD_OPTION ) );
			$this->assertSame( [ 'impossible', true ], [ Updates\guard_state()['state'], '' !== Updates\guard_state()['reason'] ] );
			$this->assertDirectoryDoesNotExist( Updates\guard_folder(), 'Nothing half is left.' );
		} finally {
			@unlink( WPMU_PLUGIN_DIR );
			rename( WPMU_PLUGIN_DIR . '-aside', WPMU_PLUGIN_DIR );
		}
	}
}
