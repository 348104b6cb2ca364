<?php
// phpcs:disable
use IGNY8\Bridge\Cli;
use IGNY8\Bridge\Updates;

require_once __DIR__ . '/fixtures/wp-cli-stand-in.php';
require_once WP_PLUGIN_DIR . '/igny8-wp-bridge/inc/cli/namespace.php';

/** Updates by `wp igny8 update …`, and by the buttons of the settings screen. */
final class CliUpdateTest extends SelfUpdateTestCase {
	protected function setUp(): void {
		parent::setUp();
		Cli\bootstrap();
	}

	public function test_what_is_offered_is_told_and_installed(): void {
		$this->release( $this->package() );
		list( $status, $said ) = WP_CLI::run( 'igny8 update check --format=json' );
		$facts = array_column( json_decode( $said[0], true ), 'value', 'name' );
		$this->assertSame( [ 0, '2.0.0', 'stable', 'yes', self::NEXT ], [ $status, $facts['installed'], $facts['channel'], $facts['available'], $facts['version'] ] );
		$this->assertSame( [ 0, [ 'Success: Updated to ' . self::NEXT . '.' ] ], WP_CLI::run( 'igny8 update install' ) );
		$this->assertSame( self::NEXT, $this->installed() );
		$this->assertTrue( is_plugin_active( self::file() ) );
	}

	public function test_a_package_that_is_refused_is_not_installed_and_said_why(): void {
		$this->release( $this->package() );
		file_put_contents( self::$dir . '/package.zip', 'x', FILE_APPEND );
		list( $status, $said ) = WP_CLI::run( 'igny8 update install' );
		$this->assertSame( 1, $status );
		$this->assertStringStartsWith( 'Error: ', $said[0] );
		$this->assertStringContainsString( 'size_mismatch', $said[0] );
		$this->assertSame( '2.0.0', $this->installed() );
	}

	public function test_nothing_is_installed_where_nothing_newer_is_offered(): void {
		$this->release( $this->package(), '2.0.0', [ '/check-update/' => $this->offer( '2.0.0', [ 'update_available' => false, 'reason' => 'current' ] ) ] );
		$this->assertSame( [ 0, [ 'Success: There is nothing to install: 2.0.0 stays.' ] ], WP_CLI::run( 'igny8 update install' ) );
	}

	public function test_the_buttons(): void {
		$this->release( $this->package() );
		$visitor = new Visitor( 1 );
		$page    = $visitor->press( $visitor->tab( 'status' ), 'check_update' );
		$this->assertStringContainsString( 'IGNY8 was asked for updates.', Visitor::texts( $page, '//*[@id="igny8-said"]' )[0] );
		$this->assertContains( 'Version 2.1.0 can be installed under Dashboard > Updates.', Visitor::texts( $page, '//td' ) );
		$page = $visitor->press( $page, 'choose_channel', [ 'channel' => 'beta' ] );
		$this->assertSame( [ 'beta', 'The update channel is saved.' ], [ Updates\channel(), Visitor::texts( $page, '//*[@id="igny8-said"]' )[0] ] );
		$page = $visitor->press( $page, 'choose_channel', [ 'channel' => 'nightly' ] );
		$this->assertSame( [ 'beta', 'The update channel was not changed: there is none of that name.' ], [ Updates\channel(), Visitor::texts( $page, '//*[@id="igny8-said"]' )[0] ] );
		$this->answer_with( [ 'status' => 503 ] );
		$page = $visitor->press( $page, 'check_update' );
		$this->assertStringContainsString( 'IGNY8 could not be asked for updates.', Visitor::texts( $page, '//*[@id="igny8-said"]' )[0] );
	}
}
