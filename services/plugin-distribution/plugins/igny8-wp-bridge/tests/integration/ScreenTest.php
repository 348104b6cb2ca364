<?php
// phpcs:disable
use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Log;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Screen;

/** The settings screen, as somebody without JavaScript uses it. */
final class ScreenTest extends SiteTestCase {
	use PlatformServer;

	protected function setUp(): void {
		parent::setUp();
		$this->reset_server();
		Log\clear();
		Platform::pair( self::$url );
	}

	private function pairing_answer(): void {
		$checks = [ [ 'name' => 'rest_api', 'ok' => false, 'detail' => 'It answers <b>HTML</b>.', 'fix' => 'Let it answer JSON.' ] ];
		$this->answer_with( [ 'body' => [ 'success' => true, 'data' => [ 'message' => 'ok', 'site_name' => 'Tide & Line', 'platform_public_key' => Platform::public_key(), 'webhook_url' => self::$url, 'integration_id' => 1, 'checks' => $checks, 'platform_time' => gmdate( 'c' ) ] ] ] );
	}

	private function an_event(): void {
		$post = wp_insert_post( [ 'post_title' => 'P', 'post_status' => 'publish' ] );
		Outbound\enqueue( 'post.deleted', Outbound\describe( get_post( $post ), 5, '', 'deleted', 'publish' ) );
		update_option( Outbound\STATE_OPTION, [ 'failures' => 1, 'not_before' => time() + 900, 'reason' => 'HTTP 503' ] );
		wp_cache_flush();
	}

	public function test_tabs_are_reached_by_links_and_say_where_one_is(): void {
		$visitor = new Visitor( 1 );
		foreach ( Screen\TABS as $tab ) {
			$page = $visitor->tab( $tab );
			$this->assertSame( 200, $page['status'] );
			$this->assertSame( [ 'Status', 'Connection', 'Doctor', 'Log' ], Visitor::texts( $page, '//nav[contains(@class,"nav-tab-wrapper")]/a' ) );
			$this->assertSame( [ ucfirst( $tab ) ], Visitor::texts( $page, '//nav/a[@aria-current="page" and contains(@class,"nav-tab")]' ) );
			$this->assertSame( [ 'IGNY8' ], Visitor::texts( $page, '//div[@class="wrap"]/h1' ) );
			$this->assertCount( 1, Visitor::texts( $page, '//*[@id="igny8-said" and @role="status" and @aria-live="polite" and @tabindex="-1"]' ) );
			$this->assertStringNotContainsString( Platform::API_KEY, $page['body'] );
			$this->is_accessible( $page );
		}
		$this->assertStringContainsString( 'aria-current="page" href="' . esc_url( Screen\page_url( 'status' ) ), $visitor->tab( 'nonsense' )['body'] );
	}

	/** Every field has a label, every table a caption and scopes, every id is there once, and no heading is skipped. */
	private function is_accessible( array $page ): void {
		$xpath = Visitor::xpath( $page );
		foreach ( $xpath->query( '//div[@class="wrap"]//input[not(@type="hidden" or @type="submit")]|//div[@class="wrap"]//select' ) as $field ) {
			$this->assertSame( 1, $xpath->query( "//label[@for='{$field->getAttribute( 'id' )}']" )->length, $field->getAttribute( 'id' ) );
			foreach ( array_filter( explode( ' ', $field->getAttribute( 'aria-describedby' ) ) ) as $hint ) {
				$this->assertSame( 1, $xpath->query( "//*[@id='$hint']" )->length );
			}
		}
		$tables = '//div[@class="wrap"]//table[not(@role="presentation")]';
		$this->assertSame( $xpath->query( $tables )->length, $xpath->query( "$tables/caption" )->length );
		$this->assertSame( 0, $xpath->query( "$tables//th[not(@scope)]" )->length );
		$ids = [];
		foreach ( $xpath->query( '//div[@class="wrap"]//*[@id]' ) as $node ) {
			$ids[] = $node->getAttribute( 'id' );
		}
		$this->assertSame( array_filter( $ids, function ( $id ) { return '_wpnonce' !== $id; } ), array_unique( array_filter( $ids, function ( $id ) { return '_wpnonce' !== $id; } ) ) );
		$this->assertSame( 0, $xpath->query( '//div[@class="wrap"]//h3|//div[@class="wrap"]//script' )->length );
	}

	public function test_status_says_what_waits_and_sends_it(): void {
		$this->an_event();
		$visitor = new Visitor( 1 );
		$page    = $visitor->tab( 'status' );
		$facts   = array_combine( Visitor::texts( $page, '//div[@class="wrap"]//tbody//th' ), Visitor::texts( $page, '//div[@class="wrap"]//tbody//td' ) );
		$this->assertSame( [ '7', 'signed', '1 event', '0 events', 'none in the log' ], [ $facts['Site id'], $facts['Requests from IGNY8'], $facts['Waiting'], $facts['Rejected'], $facts['Last failure'] ] );
		$this->assertStringContainsString( 'HTTP 503; the next attempt', $facts['Tried again'] );
		$this->answer_with( [ 'status' => 503 ] );
		$failed = $visitor->press( $page, 'send_now' );
		$this->assertStringContainsString( 'still_waiting#igny8-said', $failed['from']['location'] );
		$this->assertStringContainsString( 'Not all of it could be sent.', Visitor::texts( $failed, '//*[@id="igny8-said"]' )[0] );
		$this->assertStringContainsString( 'events: 1 HTTP 503', implode( Visitor::texts( $failed, '//td' ) ) );
		$this->answer_with( [] );
		$sent = $visitor->press( $failed, 'send_now' );
		$this->assertStringContainsString( 'Nothing waits any more', Visitor::texts( $sent, '//*[@id="igny8-said"]' )[0] );
		$this->assertSame( [ 0, [] ], [ Outbound\backlog()['waiting'], Visitor::texts( $sent, '//*[@id="igny8-send_now"]' ) ] );
		$this->assertStringContainsString( 'ago): events: 1 HTTP 200', implode( Visitor::texts( $sent, '//td' ) ) );
	}

	public function test_connection_is_saved_and_tested_and_ended(): void {
		$this->pairing_answer();
		$visitor = new Visitor( 1 );
		$page    = $visitor->press( $visitor->tab( 'connection' ), 'submit', [ 'site_id' => '8' ] );
		$this->assertStringContainsString( 'tab=connection&said=connected#igny8-said', $page['from']['location'] );
		$this->assertStringContainsString( 'The test went well', Visitor::texts( $page, '//*[@id="igny8-said"]' )[0] );
		$this->assertSame( [ 'rest_api', 'site_clock', 'signing' ], Visitor::texts( $page, '//tbody/tr/th/code' ) );
		$this->assertStringContainsString( 'It answers &lt;b&gt;HTML&lt;/b&gt;.', $page['body'] );
		$this->assertSame( [ 8, true ], [ Connection\site_id(), Connection\is_paired() ] );
		$other = wp_insert_user( [ 'user_login' => 'x' . wp_rand(), 'user_pass' => 'x', 'role' => 'contributor' ] );
		Connection\save_settings( [ 'default_author' => $other ] );
		$page = $visitor->press( $visitor->tab( 'connection' ), 'submit' );
		$this->assertSame( $other, Connection\default_author(), 'A default author whom the list does not offer stays.' );
		Connection\save_settings( [ 'default_author' => 0 ] );
		$bad = $visitor->press( $page, 'submit', [ 'api_key' => 'igny8_live_wrong' ] );
		$this->assertStringContainsString( 'The test failed.', Visitor::texts( $bad, '//*[@id="igny8-said"]' )[0] );
		$this->assertSame( [ 'invalid_api_key' ], Visitor::texts( $bad, '//div[contains(@class,"notice-error")]//code' ) );
		$ended = $visitor->press( $bad, 'disconnect' );
		$this->assertStringContainsString( 'This site is disconnected.', Visitor::texts( $ended, '//*[@id="igny8-said"]' )[0] );
		$this->assertSame( [ '', false, 8 ], [ Connection\api_key(), Connection\is_paired(), Connection\site_id() ] );
	}

	public function test_doctor_examines_only_when_asked(): void {
		$visitor = new Visitor( 1 );
		$page    = $visitor->tab( 'doctor' );
		$this->assertSame( [ '' ], Visitor::texts( $page, '//*[@id="igny8-findings" and @role="status"]' ) );
		update_option( Outbound\REJECTED_OPTION, [ [ 'at' => time(), 'seq' => 1, 'type' => 'post.updated', 'data' => '{}', 'code' => 'bad', 'detail' => 'x' ] ], false );
		$found = $visitor->press( $page, 'examine' );
		$this->assertStringContainsString( '1 problem found. What to do stands beside it.', Visitor::texts( $found, '//*[@id="igny8-findings"]' )[0] );
		$this->assertSame( [ 'rejections', 'problem' ], [ Visitor::texts( $found, '//*[@id="igny8-findings"]//tbody/tr[1]/th' )[0], Visitor::texts( $found, '//*[@id="igny8-findings"]//tbody/tr[1]/td[1]' )[0] ], 'Problems come first.' );
		$this->assertCount( count( IGNY8\Bridge\Doctor\CHECKS ), Visitor::texts( $found, '//*[@id="igny8-findings"]//tbody/tr' ) );
		$this->is_accessible( $found );
		$forged = $visitor->press( $page, 'examine', [ '_wpnonce' => 'no' ] );
		$this->assertSame( [ 'This page was open for too long. Press the button once more.' ], Visitor::texts( $forged, '//*[@id="igny8-findings"]' ) );
		$this->pairing_answer();
		$tested = $visitor->press( $page, 'test' );
		$this->assertStringContainsString( 'The test went well', Visitor::texts( $tested, '//*[@id="igny8-said"]' )[0] );
		$this->answer_with( [ 'status' => 403, 'body' => [ 'code' => 'key_revoked', 'detail' => 'Make another key.' ] ] );
		$this->assertStringContainsString( 'Make another key.', implode( Visitor::texts( $visitor->press( $page, 'test' ), '//div[contains(@class,"notice-error")]' ) ) );
	}

	public function test_log_shows_what_happened_and_can_be_narrowed_and_emptied(): void {
		$post = Platform::publish( $this->payload() )['body']['post_id'];
		Platform::ask_bare( 'GET', '/status', [] );
		Outbound\remember_rejected( (object) [ 'seq' => 3, 'type' => 'post.updated', 'data' => '{}' ], 'unknown_type', 'No <b>.' );
		$visitor = new Visitor( 1 );
		$page    = $visitor->tab( 'log' );
		$this->assertSame( [], array_diff( [ 'rejected by IGNY8', 'refused here', 'received' ], Visitor::texts( $page, '//tbody/tr/td[1]' ) ) );
		$this->assertContains( 'POST /publish', Visitor::texts( $page, '//tbody//code' ) );
		$this->assertContains( "post $post", Visitor::texts( $page, '//tbody/tr/td[4]' ) );
		$this->assertSame( [ 'refused here' ], Visitor::texts( $visitor->tab( 'log', '&kind=refused' ), '//tbody/tr/td[1]' ) );
		$this->is_accessible( $page );
		$empty = $visitor->press( $page, 'clear_log' );
		$this->assertStringContainsString( 'The log is empty.', Visitor::texts( $empty, '//*[@id="igny8-said"]' )[0] );
		$this->assertSame( [], Log\newest( 10 ) );
	}

	public function test_buttons_need_the_right_and_the_nonce(): void {
		$admin  = new Visitor( 1 );
		$editor = Visitor::with_role( 'editor' );
		$this->assertSame( 403, $editor->tab( 'status' )['status'] );
		foreach ( [ 'save', 'disconnect', 'test', 'send_now', 'clear_log', 'check_update', 'choose_channel', 'stay_copy', 'moved_here' ] as $action ) {
			$fields = [ 'action' => "igny8_bridge_$action", '_wpnonce' => 'forged' ];
			$this->assertSame( 403, $admin->send( '/wp-admin/admin-post.php', $fields )['status'], $action );
			$this->assertSame( 403, $editor->send( '/wp-admin/admin-post.php', $fields )['status'], $action );
			$this->assertSame( 400, Visitor::nobody()->send( '/wp-admin/admin-post.php', $fields )['status'], $action );
		}
		$form = $admin->form( $admin->tab( 'connection' ), 'disconnect' );
		$this->assertSame( 403, $editor->send( $form['url'], $form['fields'] )['status'], 'A nonce is one person\'s.' );
		$this->assertTrue( Connection\is_paired() );
		$this->assertStringNotContainsString( 'test-connection', wp_json_encode( array_column( $this->requests(), 'uri' ) ) );
	}

	public function test_updates_are_shown_where_the_build_updates_itself(): void {
		$page  = ( new Visitor( 1 ) )->tab( 'status' );
		$shown = Screen\updates_itself() ? 1 : 0;
		foreach ( [ '//h2[text()="Updates"]', '//select[@id="igny8-channel"]', '//*[@id="igny8-check_update"]' ] as $part ) {
			$this->assertCount( $shown, Visitor::texts( $page, $part ), $part );
		}
		$editor = get_userdata( wp_insert_user( [ 'user_login' => 'o' . wp_rand(), 'user_pass' => 'x', 'role' => 'editor' ] ) );
		$editor->add_cap( Screen\CAPABILITY );
		$limited = new Visitor( $editor->ID );
		$this->assertSame( [ 200, [] ], [ ( $page = $limited->tab( 'status' ) )['status'], Visitor::texts( $page, '//select[@id="igny8-channel"]' ) ], 'Who may change settings may not therefore choose versions.' );
	}

	public function test_a_hint_until_the_site_is_connected_and_a_link_in_the_list(): void {
		$visitor = new Visitor( 1 );
		$plugins = $visitor->open( '/wp-admin/plugins.php' );
		$this->assertSame( [ 'Settings' ], Visitor::texts( $plugins, '//a[contains(@href,"page=igny8-wp-bridge")][text()="Settings"]' ) );
		$this->assertStringNotContainsString( 'IGNY8 is not connected yet', $plugins['body'] );
		Connection\disconnect();
		foreach ( [ '/wp-admin/plugins.php' => true, '/wp-admin/index.php' => true, '/wp-admin/edit.php' => false ] as $path => $shown ) {
			$this->assertSame( $shown, false !== strpos( $visitor->open( $path )['body'], 'IGNY8 is not connected yet' ), $path );
		}
		$this->assertStringNotContainsString( 'IGNY8 is not connected yet', Visitor::with_role( 'editor' )->open( '/wp-admin/index.php' )['body'] );
	}
}
