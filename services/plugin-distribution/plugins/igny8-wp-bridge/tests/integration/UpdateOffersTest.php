<?php
// phpcs:disable
use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Updates;

/** What WordPress is told of updates, and how rarely the platform is asked. */
final class UpdateOffersTest extends SelfUpdateTestCase {
	private function offering( array $change, string $version = self::NEXT ): void {
		$this->said['/check-update/'] = $this->offer( $version, $change );
		$this->say();
	}

	private function asked(): int {
		return count( $this->requests_to( '/check-update/' ) );
	}

	public function test_an_offer_is_shown_with_what_it_needs(): void {
		$this->offering( [] );
		wp_update_plugins();
		$shown = get_site_transient( 'update_plugins' )->response[ self::file() ];
		$this->assertSame( [ 'igny8-wp-bridge', self::file(), self::NEXT, self::$url . '/api/plugins/igny8-wp-bridge/download/', '5.6', '6.7', '7.4' ], [ $shown->slug, $shown->plugin, $shown->new_version, $shown->package, $shown->requires, $shown->tested, $shown->requires_php ] );
		$this->assertSame( [ '2x' => 'https://igny8.com/icon.png' ], $shown->icons );
		$this->assertSame( [ 'low' => plugins_url( 'assets/banner.svg', self::file() ) ], $shown->banners, 'Its own, where the platform names none.' );
		$said = json_decode( $this->requests_to( '/check-update/' )[0]['body'], true );
		$this->assertSame( [ '2.0.0', get_bloginfo( 'version' ), PHP_VERSION, home_url(), 'stable' ], array_values( $said ) );
		$this->assertArrayNotHasKey( 'x-igny8-api-key', $this->requests_to( '/check-update/' )[0]['headers'] );
	}

	public function test_both_of_wordpress_questions_are_answered(): void {
		$this->offering( [] );
		$this->assertSame( self::NEXT, apply_filters( 'update_plugins_api.igny8.com', false, [], self::file(), [] )['version'] );
		$this->assertFalse( apply_filters( 'update_plugins_api.igny8.com', false, [], 'other/other.php', [] ) );
		$old = apply_filters( 'pre_set_site_transient_update_plugins', (object) [ 'last_checked' => 1 ] );
		$this->assertSame( self::NEXT, $old->response[ self::file() ]->new_version );
		$this->assertFalse( apply_filters( 'pre_set_site_transient_update_plugins', false ) );
		$this->assertStringContainsString( '//api.igny8.com/', get_file_data( self::folder() . '/igny8-wp-bridge.php', [ 'Update URI' ] )[0], 'The header names the host we answer for.' );
	}

	public function unoffered(): array {
		return [ 'current' => [ '2.0.0', 'current' ], 'not yet for this site' => [ self::NEXT, 'rollout' ], 'paused' => [ self::NEXT, 'paused' ], 'older' => [ '1.0.0', '' ] ];
	}

	/** @dataProvider unoffered */
	public function test_what_is_not_offered_is_listed_as_up_to_date( string $version, string $reason ): void {
		$this->offering( [ 'update_available' => false, 'reason' => $reason ], $version );
		wp_update_plugins();
		$known = get_site_transient( 'update_plugins' );
		$this->assertSame( [ '', '2.0.0' ], [ $this->shown(), $known->no_update[ self::file() ]->new_version ] );
		$this->assertSame( [ false, $reason, $version ], [ Updates\offered()['update_available'], Updates\offered()['reason'], Updates\offered()['version'] ] );
	}

	public function test_a_platform_that_says_yes_to_an_older_version_is_not_believed(): void {
		$this->offering( [], '1.9.9' );
		wp_update_plugins();
		$this->assertSame( [ '', false ], [ $this->shown(), Updates\offered()['update_available'] ] );
	}

	public function test_what_wordpress_org_says_of_our_name_is_dropped(): void {
		$this->offering( [ 'update_available' => false ], '2.0.0' );
		$known = apply_filters( 'pre_set_site_transient_update_plugins', (object) [ 'response' => [ self::file() => (object) [ 'new_version' => '99', 'package' => 'https://downloads.wordpress.org/x.zip' ], 'a/a.php' => 1 ] ] );
		$this->assertSame( [ [ 'a/a.php' => 1 ], '2.0.0' ], [ $known->response, $known->no_update[ self::file() ]->new_version ] );
		Connection\forget_pairing();
		$known = apply_filters( 'pre_set_site_transient_update_plugins', (object) [ 'response' => [ self::file() => (object) [ 'new_version' => '99' ] ] ] );
		$this->assertSame( [], $known->response );
	}

	public function test_it_is_asked_rarely(): void {
		$this->offering( [] );
		for ( $i = 0; $i < 3; $i++ ) {
			delete_site_transient( 'update_plugins' );
			wp_update_plugins();
		}
		$this->assertSame( 1, $this->asked() );
		$kept = Updates\kept();
		$this->assertEqualsWithDelta( time() + 6 * HOUR_IN_SECONDS, $kept['not_before'], 5 );
		Updates\keep( [ 'not_before' => time() ] + $kept );
		wp_update_plugins();
		Updates\current_answer();
		$this->assertSame( 2, $this->asked() );
	}

	public function test_a_failure_is_remembered_for_less_and_the_offer_stays(): void {
		$this->offering( [] );
		wp_update_plugins();
		Updates\keep( [ 'not_before' => 0 ] + Updates\kept() );
		$this->answer_with( [ 'status' => 503 ] );
		$this->said['refuse']['/check-update/'] = 'unavailable';
		$this->say();
		for ( $i = 0; $i < 3; $i++ ) {
			delete_site_transient( 'update_plugins' );
			wp_update_plugins();
		}
		$this->assertSame( [ 2, self::NEXT ], [ $this->asked(), $this->shown() ] );
		$this->assertEqualsWithDelta( time() + 15 * MINUTE_IN_SECONDS, Updates\kept()['not_before'], 5 );
		$this->assertStringContainsString( 'unavailable', Updates\offered()['error'] );
	}

	public function test_nobody_is_asked_while_unpaired_or_in_safe_mode(): void {
		$this->offering( [] );
		$home = get_option( 'home' );
		update_option( 'home', 'http://copy.test' );
		wp_update_plugins();
		$this->assertSame( 'safe_mode', Updates\check_now()->get_error_code() );
		update_option( 'home', $home );
		Connection\forget_pairing();
		wp_update_plugins();
		$this->assertSame( 'not_paired', Updates\check_now()->get_error_code() );
		$this->assertSame( 'not_paired', Updates\answer_download( false, 'https://x', (object) [], [ 'plugin' => self::file() ] )->get_error_code() );
		$this->assertSame( [ 0, '' ], [ $this->asked(), $this->shown() ] );
		$this->assertSame( [], $this->requests_to( '/' ) );
	}

	public function test_the_channel_is_chosen_and_another_one_is_asked_for_anew(): void {
		$this->offering( [] );
		$this->assertSame( 'stable', Updates\channel() );
		wp_update_plugins();
		$this->assertFalse( Updates\set_channel( 'nightly' ) );
		$this->assertTrue( Updates\set_channel( 'beta' ) );
		$this->assertSame( '', Updates\offered()['version'], 'The answer was for the other channel.' );
		delete_site_transient( 'update_plugins' );
		wp_update_plugins();
		$this->assertSame( [ 2, 'beta' ], [ $this->asked(), json_decode( $this->requests_to( '/check-update/' )[1]['body'], true )['channel'] ] );
	}

	public function test_answers_that_are_none(): void {
		foreach ( [ [], [ 'new_version' => [] ], [ 'new_version' => "2.1\n" ], [ 'new_version' => '<b>2</b>' ] ] as $data ) {
			$this->assertSame( 'unexpected_answer', Updates\read_offer( $data )->get_error_code() );
		}
		$offer = Updates\read_offer( [ 'new_version' => '2.1.0', 'icons' => 'x', 'banners' => [ 'low' => [ 1 ] ], 'package' => 'file:///etc/passwd', 'url' => 5, 'reason' => [] ] );
		$this->assertSame( [ '', '', [], [], '' ], [ $offer['package'], $offer['url'], $offer['icons'], $offer['banners'], $offer['reason'] ] );
	}

	public function test_the_platform_lets_the_site_ask_now(): void {
		$this->offering( [] );
		$answer = Platform::ask( 'GET', '/check-update' );
		$this->assertSame( [ 200, '2.0.0', 'stable', true, self::NEXT, 'ready' ], [ $answer['status'], $answer['body']['plugin_version'], $answer['body']['channel'], $answer['body']['update_available'], $answer['body']['version'], $answer['body']['guard'] ] );
		$this->assertSame( self::NEXT, $this->shown() );
		Platform::ask( 'GET', '/check-update' );
		$this->assertSame( 2, $this->asked() );
		$this->said['refuse']['/check-update/'] = 'paused_for_now';
		$this->say();
		$answer = Platform::ask( 'GET', '/check-update' );
		$this->assertSame( [ 502, 'paused_for_now' ], [ $answer['status'], $answer['code'] ] );
		$this->assertSame( 401, Platform::ask_bare( 'GET', '/check-update', [] )['status'] );
	}

	public function test_the_details_window_shows_what_the_platform_says_and_nothing_that_runs(): void {
		$this->said['/info/'] = [
			'name' => 'IGNY8 WordPress Bridge', 'slug' => 'igny8-wp-bridge', 'version' => self::NEXT, 'author' => 'IGNY8<script>', 'author_profile' => 'https://igny8.com', 'homepage' => 'javascript:x',
			'short_description' => 'Connects', 'requires' => '5.6', 'tested' => '6.7', 'requires_php' => '7.4', 'last_updated' => '2026-11-01T00:00:00Z', 'download_link' => self::$url . '/x',
			'sections' => [ 'description' => '<p>Good</p><script>alert(1)</script><img src=x onerror=alert(1)>', 'changelog' => '<h4>2.1.0</h4><ul><li>New', 'odd' => [ 1 ] ],
			'icons' => [ '2x' => 'https://igny8.com/icon.png' ], 'banners' => [ 'low' => 'https://igny8.com/banner.png' ],
		];
		$this->say();
		require_once ABSPATH . 'wp-admin/includes/plugin-install.php';
		$info = plugins_api( 'plugin_information', [ 'slug' => 'igny8-wp-bridge' ] );
		$this->assertSame( [ self::NEXT, '5.6', '6.7', '7.4', '' ], [ $info->version, $info->requires, $info->tested, $info->requires_php, $info->homepage ] );
		$this->assertSame( [ 'description' => '<p>Good</p>alert(1)<img src="x">', 'changelog' => '<h4>2.1.0</h4><ul><li>New</li></ul>' ], array_map( function ( $html ) { return str_replace( [ ' />', '/>', '=x' ], [ '>', '>', '="x"' ], $html ); }, $info->sections ) );
		$this->assertSame( [ '<a href="https://igny8.com">IGNY8</a>', [ 'low' => 'https://igny8.com/banner.png' ] ], [ $info->author, $info->banners ] );
		unset( $this->said['/info/']['icons'] );
		$this->say();
		$own = plugins_api( 'plugin_information', [ 'slug' => 'igny8-wp-bridge' ] )->icons['svg'];
		$this->assertSame( 200, wp_remote_retrieve_response_code( wp_remote_get( $own ) ), $own );
		$this->said['refuse']['/info/'] = 'not_found';
		$this->say();
		$this->assertSame( 'not_found', plugins_api( 'plugin_information', [ 'slug' => 'igny8-wp-bridge' ] )->get_error_code(), 'wordpress.org is not asked instead.' );
		$this->assertSame( 'x', Updates\answer_details( 'x', 'plugin_information', (object) [ 'slug' => 'akismet' ] ) );
	}

	public function test_reports_are_patient(): void {
		$this->assertFalse( Updates\report_if_due( 5 ), 'Nothing is due.' );
		$this->said['refuse'] = [ '/register/' => 'away', '/health-check/' => 'away' ];
		$this->say();
		Updates\be_due( time() );
		$this->assertFalse( Updates\report_if_due( 5 ) );
		$this->assertFalse( Updates\report_if_due( 5 ) );
		$this->assertSame( [ 1, 1, 'away' ], [ count( $this->requests_to( '/register/' ) ), Updates\reports()['failures'], Updates\reports()['reason'] ] );
		$this->assertEqualsWithDelta( time() + 60, Updates\due_at(), 3 );
		Updates\note_new_version();
		$this->assertEqualsWithDelta( time() + 60, Updates\due_at(), 3, 'It waits as it was told.' );
		$this->said = [];
		$this->say();
		Updates\be_due( time() );
		$this->assertTrue( Updates\report_if_due( 5 ) );
		Updates\be_due( time() );
		$this->assertTrue( Updates\report_if_due( 5 ) );
		$this->assertSame( [ 2, 1 ], [ count( $this->requests_to( '/register/' ) ), count( $this->requests_to( '/health-check/' ) ) ] );
		Updates\tell_inactive();
		for ( $i = 0; $i < 40 && count( $this->requests_to( '/health-check/' ) ) < 2; $i++ ) {
			usleep( 50000 );
		}
		$this->assertSame( 'inactive', json_decode( $this->requests_to( '/health-check/' )[1]['body'], true )['status'] );
	}
}
