<?php
// phpcs:disable
use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Safe_Mode;
use IGNY8\Bridge\Site_Health;
use IGNY8\Bridge\Structure;

final class SafeModeTest extends SiteTestCase {
	use PlatformServer;

	protected function setUp(): void {
		parent::setUp();
		$this->reset_server();
		Platform::pair( self::$url );
	}

	protected function tearDown(): void {
		wp_set_current_user( 0 );
		unset( $GLOBALS['current_screen'] );
		Platform::pair();
	}

	/** Make this site a copy of one with another address. */
	private function be_a_copy( string $of = 'https://live.example' ): void {
		update_option( Connection\PAIRING_OPTION, [ 'site_address' => $of ] + get_option( Connection\PAIRING_OPTION ) );
	}

	private function notice( string $screen = 'dashboard', int $user = 1 ): string {
		wp_set_current_user( $user );
		set_current_screen( $screen );
		ob_start();
		Safe_Mode\show_notice();
		return ob_get_clean();
	}

	public function test_the_platform_learns_what_this_is_and_nothing_else(): void {
		$payload = $this->payload();
		$id      = Platform::publish( $payload )['body']['post_id'];
		$this->be_a_copy();
		foreach ( [ [ 'POST', '/publish' ], [ 'PUT', "/posts/$id" ], [ 'PUT', "/posts/$id/parts" ], [ 'DELETE', "/posts/$id" ], [ 'GET', '/operations/' . wp_generate_uuid4() ], [ 'POST', '/media' ], [ 'GET', '/media' ], [ 'GET', '/posts' ], [ 'GET', "/posts/$id" ], [ 'GET', '/posts/checksums' ], [ 'GET', '/structure' ], [ 'GET', '/doctor' ], [ 'POST', '/doctor/echo' ], [ 'GET', '/collections/post' ] ] as list( $method, $path ) ) {
			$answer = Platform::ask( $method, $path );
			$this->assertSame( [ 409, 'safe_mode', false ], [ $answer['status'], $answer['code'], $answer['body']['success'] ], "$method $path" );
		}
		$this->assertSame( 401, Platform::ask_bare( 'GET', '/posts', [] )['status'], 'Strangers learn nothing.' );
		$status = Platform::ask( 'GET', '/status' );
		$this->assertSame( [ 200, true, 'https://live.example', 'local' ], [ $status['status'], $status['body']['safe_mode'], $status['body']['paired_address'], $status['body']['environment'] ] );
		$this->assertSame( 'publish', get_post_status( $id ) );
	}

	public function test_it_sends_nothing_of_any_kind(): void {
		wp_clear_scheduled_hook( Outbound\CRON_HOOK );
		$this->be_a_copy();
		update_option( Structure\STATE_OPTION, [ 'due_at' => 1 ] );
		Outbound\enqueue( 'post.deleted', [ 'post_id' => 7, 'operation_id' => '', 'previous_status' => '' ] );
		Outbound\keep_scheduled();
		Structure\begin();
		Outbound\send_in_background();
		Outbound\send_after_the_response();
		$this->assertSame( [ [], false, 1 ], [ $this->requests(), wp_next_scheduled( Outbound\CRON_HOOK ), Outbound\backlog()['waiting'] ] );
		$this->assertGreaterThan( time() + 60, (int) get_option( Outbound\DUE_OPTION ), 'Nor does it try all the time.' );
	}

	public function test_a_person_is_asked_and_may_say_that_it_is_a_copy(): void {
		$this->assertSame( '', $this->notice() );
		$this->be_a_copy( 'https://live.example/<b>' );
		$notice = $this->notice();
		foreach ( [ 'https://live.example/&lt;b&gt;', home_url(), 'local environment', 'igny8_bridge_stay_copy', 'igny8_bridge_moved_here', '_wpnonce' ] as $part ) {
			$this->assertStringContainsString( $part, $notice );
		}
		$author = wp_insert_user( [ 'user_login' => 'a' . wp_rand(), 'user_pass' => 'x', 'role' => 'author' ] );
		$this->assertSame( '', $this->notice( 'dashboard', $author ) );
		$this->assertSame( 'recommended', Site_Health\test_connection()['status'] );

		Outbound\enqueue( 'post.deleted', [ 'post_id' => 7, 'operation_id' => '', 'previous_status' => '' ] );
		Safe_Mode\stay();
		Outbound\enqueue( 'post.deleted', [ 'post_id' => 8, 'operation_id' => '', 'previous_status' => '' ] );
		Outbound\enqueue_updates( [ 9 => [ 'post_id' => 9, 'operation_id' => '', 'changed' => [ 'text' ] ] ] );
		$this->assertSame( [ true, true, 0, '' ], [ Safe_Mode\is_on(), Safe_Mode\is_settled_copy(), Outbound\backlog()['waiting'], $this->notice() ] );
		$this->assertStringContainsString( 'igny8_bridge_moved_here', $this->notice( 'plugins' ) );
		$this->assertSame( 'good', Site_Health\test_connection()['status'] );
		$this->assertSame( 'safe_mode', Platform::ask( 'GET', '/posts' )['code'] );

		$elsewhere = function () { return 'http://another-copy.example'; };
		add_filter( 'option_home', $elsewhere );
		$this->assertStringContainsString( 'igny8_bridge_stay_copy', $this->notice(), 'A copy of the copy asks again.' );
		remove_filter( 'option_home', $elsewhere );
	}

	public function test_or_that_the_site_has_moved_here(): void {
		$this->be_a_copy();
		Outbound\enqueue( 'post.deleted', [ 'post_id' => 7, 'operation_id' => '', 'previous_status' => '' ] );
		$this->answer_with( [ 'status' => 409, 'body' => [ 'success' => false, 'code' => 'site_url_mismatch', 'detail' => 'Change the address there first.' ] ] );
		Connection\test();
		$this->assertTrue( Safe_Mode\is_on(), 'The platform has a word in it.' );
		$this->answer_with( [ 'body' => [ 'success' => true, 'data' => [ 'integration_id' => 1, 'webhook_url' => self::$url ] ] ] );
		Safe_Mode\stay();
		Connection\test();
		$this->assertSame( [ false, false, '' ], [ Safe_Mode\is_on(), Safe_Mode\is_settled_copy(), $this->notice() ] );
		$this->answer_with( [] );
		$this->assertSame( 200, Platform::ask( 'GET', '/posts', [ 'limit' => '1' ] )['status'] );
		Outbound\enqueue( 'post.deleted', [ 'post_id' => 8, 'operation_id' => '', 'previous_status' => '' ] );
		$this->assertSame( 1, Outbound\backlog()['waiting'] );
	}

	public function test_other_languages_addresses_are_no_other_site(): void {
		$german = function ( $url ) { return $url . '/de'; };
		add_filter( 'home_url', $german );
		$this->assertSame( [ false, self::$url ], [ Safe_Mode\is_on(), Connection\webhook_url() ] );
		remove_filter( 'home_url', $german );
	}
}
