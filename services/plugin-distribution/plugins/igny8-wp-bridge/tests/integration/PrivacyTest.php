<?php
// phpcs:disable
use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Structure;

final class PrivacyTest extends SiteTestCase {
	private function user( string $role ): WP_User {
		$name = "$role-" . wp_rand();
		return get_userdata( wp_insert_user( [ 'user_login' => $name, 'user_pass' => 'x', 'user_email' => "$name@example.test", 'display_name' => "Name of $name", 'role' => $role ] ) );
	}

	public function test_what_is_exported_is_what_the_platform_is_told(): void {
		$author   = $this->user( 'author' );
		$exporter = apply_filters( 'wp_privacy_personal_data_exporters', [] )['igny8-wp-bridge']['callback'];
		$exported = $exporter( $author->user_email, 1 );
		$told     = array_values( array_filter( Structure\describe_authors(), function ( $one ) use ( $author ) { return $one['id'] === $author->ID; } ) )[0];
		$this->assertSame( array_map( 'strval', array_values( $told ) ), array_column( $exported['data'][0]['data'], 'value' ) );
		$this->assertTrue( $exported['done'] );
		$erased = apply_filters( 'wp_privacy_personal_data_erasers', [] )['igny8-wp-bridge']['callback']( $author->user_email, 1 );
		$this->assertSame( [ false, true, 1, true ], [ $erased['items_removed'], $erased['items_retained'], count( $erased['messages'] ), $erased['done'] ] );
	}

	public function test_of_others_nothing_is_told(): void {
		foreach ( [ $this->user( 'subscriber' )->user_email, 'nobody@example.test', '' ] as $email ) {
			$this->assertSame( [], IGNY8\Bridge\Privacy\export( $email )['data'] );
			$this->assertFalse( IGNY8\Bridge\Privacy\erase( $email )['items_retained'] );
		}
		Connection\disconnect();
		$this->assertSame( [], IGNY8\Bridge\Privacy\export( $this->user( 'author' )->user_email )['data'] );
	}

	public function test_a_text_is_suggested(): void {
		$page = ( new Visitor( 1 ) )->open( '/wp-admin/options-privacy.php?tab=policyguide' );
		$this->assertStringContainsString( 'IGNY8 is told the login and the display name', $page['body'] );
	}
}
